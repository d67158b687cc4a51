import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readAddress } from "../client/address.ts";
import { connect, type DaemonClient } from "../client/client.ts";
import { persist } from "../client/follow-events.ts";
import { findHome } from "../daemon/home.ts";
import { startDaemon } from "../daemon/launch.ts";
import { ownerText, removeHome } from "../daemon/owner.ts";
import { readProcess } from "../process/table.ts";
import { version } from "../system/version.ts";

/** A daemon that was told to end is gone within this time, in ms. */
const END_LIMIT_MS = 10_000;
const LOOK_MS = 10;

/** A home of one run, with a daemon of its own, which ends with this process however that ends; for tests without one. */
export interface PrivateHome {
  readonly root: string;
  /** Of the daemon that runs now; null when none does. */
  daemonPid(): number | null;
  /** Of its daemon, across the deaths of daemons; none is started. */
  readonly client: DaemonClient;
  /** Ends the daemon, with whatever it still supervises, and removes the home. */
  end(): Promise<void>;
}

/** Makes the home (0700, in TMPDIR) and starts its daemon unless it is to have none. Throws HOME_UNUSABLE or DAEMON_START_FAILED. */
export async function makePrivateHome({ daemon } = { daemon: true }): Promise<PrivateHome> {
  const root = makeFolder();
  const home = findHome(root);
  const daemonPid = (): number | null => readAddress(home.pidFile)?.pid ?? null;
  try {
    if (daemon) await startDaemon(home.root, { explicit: true, owner: ownerText() });
  } catch (error) {
    removeHome(home);
    throw error;
  }
  const client = connect(home.root, { start: "never", version, warn: () => {} });
  return {
    root: home.root,
    daemonPid,
    client,
    async end() {
      // Known before: a daemon that ends takes its address away first.
      const pid = daemonPid();
      if (daemon || pid !== null) await persist(() => stop(client), END_LIMIT_MS).catch(() => {});
      const deadline = performance.now() + END_LIMIT_MS;
      while (pid !== null && isRunning(pid) && performance.now() < deadline) await delay(LOOK_MS);
      removeHome(home);
    },
  };
}

async function stop(client: DaemonClient): Promise<void> {
  for await (const _ of client.stopDaemon(false)) {
    // Usually all are stopped already.
  }
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "ghost-ci-"));
  } catch (error) {
    throw new GhostError("HOME_UNUSABLE", `cannot make a home for this run in ${tmpdir()}: ${(error as Error).message}`, {
      hint: "set TMPDIR to a folder that can be written to",
    });
  }
}

function isRunning(pid: number): boolean {
  const entry = readProcess(pid);
  return entry !== undefined && entry.state !== "Z";
}
