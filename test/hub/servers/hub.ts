import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { GHOST } from "../../rig/ghost.ts";
import { waitFor } from "../../rig/wait.ts";
import { Connection } from "../wire/connection.ts";
import { textOf } from "../wire/reply.ts";
import type { Server } from "./redis.ts";

/** How long a hub may take to end after SIGTERM, in ms. */
const END_LIMIT_MS = 10_000;

/** A hub without a daemon. */
export interface Hub extends Server {
  /** Its `GHOST_HOME`. */
  readonly home: string;
  /** All that it has written to stderr so far. */
  readonly errors: () => string;
  /** Kills it with SIGKILL and waits until it is gone; its files stay. */
  kill(): Promise<void>;
}

/** How a hub is started. */
export interface HubOptions {
  /** Its home, which stays; default a temporary one that goes with the hub. */
  readonly home?: string;
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `ghost hub serve` and waits until it answers. The end of `await using` ends it with SIGTERM; an exit code other than 0 is an error. */
export async function startHub({ home, env = {} }: HubOptions = {}): Promise<Hub> {
  const dir = home ?? mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gh-"));
  // As the daemon makes them before it starts a hub.
  for (const folder of ["data", "run"]) mkdirSync(join(dir, folder), { recursive: true, mode: 0o700 });
  const socket = join(dir, "run", "hub.sock");
  const environment = { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: dir, LANG: "C.UTF-8", GHOST_HOME: dir, ...env };
  const [program = "", ...words] = GHOST;
  const child = spawn(program, [...words, "hub", "serve"], { cwd: "/", env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-20_000);
  });
  await waitFor(() => answers(child, socket), { what: "the hub to answer", seen: () => said || "it said nothing" });
  return {
    name: "hub",
    socket,
    home: dir,
    pid: child.pid!,
    errors: () => said,
    kill: () => end(child, "SIGKILL"),
    [Symbol.asyncDispose]: () => close(child, home === undefined ? dir : null, () => said),
  };
}

async function answers(child: ChildProcess, socket: string): Promise<boolean> {
  if (hasEnded(child)) throw new Error(`the hub ended with ${child.exitCode ?? child.signalCode}`);
  const connection = await Connection.open(socket);
  try {
    return textOf(await connection.call("PING")) === "PONG";
  } finally {
    connection.close();
  }
}

async function close(child: ChildProcess, dir: string | null, said: () => string): Promise<void> {
  const alive = !hasEnded(child);
  if (alive) await end(child, "SIGTERM");
  if (dir !== null) rmSync(dir, { recursive: true, force: true });
  if (alive && child.exitCode !== 0) throw new Error(`the hub ended with ${child.exitCode ?? child.signalCode}:\n${said()}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), END_LIMIT_MS);
  await gone;
  clearTimeout(late);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
