/** What is killed: a hub that stands alone, or one under a daemon, together with it. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { HubView } from "../../../core/api/wire.ts";
import { run } from "../../rig/ghost.ts";
import { makeHome } from "../../rig/home.ts";
import type { Random } from "../../rig/random.ts";
import { waitFor } from "../../rig/wait.ts";
import { startHub } from "../servers/hub.ts";
import { Connection } from "../wire/connection.ts";

/** How soon a killed hub must be back, in ms; the machine may have other things to do. */
const BACK_LIMIT_MS = 30_000;

/** Something that can be killed and comes back. */
export interface Target extends AsyncDisposable {
  /** The hub's socket. */
  readonly socket: string;
  /** The folder of the hub's files. */
  readonly data: string;
  /** Kills it without warning; gives what exactly. */
  kill(random: Random): Promise<string>;
  /** Has it running again. */
  back(): Promise<void>;
}

/** A hub alone, at `home` if given. Between `kill` and `back` nobody has its files, so they are checked then. */
export async function aloneTarget(home?: string): Promise<Target> {
  const dir = home ?? mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gh-"));
  let hub = await startHub({ home: dir });
  const data = join(dir, "data");
  return {
    socket: hub.socket,
    data,
    kill: async () => {
      await hub.kill();
      await checkFiles(data, dir);
      return "the hub";
    },
    back: async () => {
      hub = await startHub({ home: dir });
    },
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]();
      await checkFiles(data, dir);
      if (home === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A hub under a daemon. Either or both are killed; what is killed comes back by itself. */
export async function supervisedTarget(): Promise<Target> {
  const home = makeHome();
  await home.ok(["hub", "start"]);
  const socket = join(home.dir, "run", "hub.sock");
  const pids = async () => {
    const hub = (await home.ok(["hub", "status", "--json"])).json<HubView>();
    const daemon = (await home.ok(["daemon", "status", "--json"])).json<{ pid: number }>();
    return { hub: hub.pid as number, daemon: daemon.pid };
  };
  let now = await pids();
  return {
    socket,
    data: join(home.dir, "data"),
    kill: async (random) => {
      const whom = random.pick(["the hub", "the daemon", "daemon and hub", "hub and daemon"]);
      if (whom.startsWith("daemon") || whom === "the daemon") end(now.daemon);
      if (whom.includes("hub")) end(now.hub);
      if (whom === "hub and daemon") end(now.daemon);
      return whom;
    },
    back: async () => {
      await waitFor(() => answers(socket), { what: "the hub to answer again", limitMs: BACK_LIMIT_MS });
      now = await waitFor(pids, { what: "the daemon to answer again", limitMs: BACK_LIMIT_MS });
    },
    [Symbol.asyncDispose]: () => home.close(),
  };
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

async function answers(socket: string): Promise<boolean> {
  const connection = await Connection.open(socket);
  try {
    return (await connection.call("PING")).kind === "simple";
  } finally {
    connection.close();
  }
}

/** Opens a copy of each file with the `sqlite3` program, which must find it whole. */
export async function checkFiles(data: string, scratch: string): Promise<void> {
  const copy = mkdtempSync(join(scratch, "copy-"));
  cpSync(data, copy, { recursive: true });
  try {
    for (const name of readdirSync(copy).filter((file) => file.endsWith(".db"))) {
      const { stdout, stderr } = await run(["sqlite3", join(copy, name), "PRAGMA integrity_check; select count(*) from sqlite_master"]);
      if (!/^ok\n\d+\n$/.test(stdout)) throw new Error(`${name} is damaged: ${stdout}${stderr}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
