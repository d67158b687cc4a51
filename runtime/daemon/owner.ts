import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Target } from "../process/signal.ts";
import { endStrays } from "../process/strays.ts";
import { readProcess } from "../process/table.ts";
import type { Home } from "./home.ts";
import { log } from "./journal.ts";
import type { DaemonNode } from "./node.ts";
import { stopEverything } from "./stop-everything.ts";

/** How often is looked whether the owner lives, in ms: one small file of /proc. */
const LOOK_MS = 200;

/** The daemon's life may be tied to another process, as that of a private daemon to the `ghost ci` which made its home. */
export interface OwnerWatch {
  /** True once the owner is gone: nobody else will clear the home away. */
  readonly isGone: boolean;
  stop(): void;
}

/** This process as GHOST_OWNER names it. The pid alone may have another owner later. */
export function ownerText(pid = process.pid): string {
  return `${pid}:${readProcess(pid)?.startTicks ?? 0}`;
}

/**
 * Ends the daemon with all that it supervises when the process that GHOST_OWNER names is gone, however it ended. The variable stays in the environment, so that the
 * next daemon, should this one die, watches as well. Does nothing without it.
 */
export function watchOwner(node: DaemonNode, text = process.env.GHOST_OWNER): OwnerWatch {
  const owner = parse(text);
  const state = { isGone: false, stop: () => clearInterval(timer) };
  const timer = setInterval(() => {
    if (!owner || isThere(owner)) return;
    clearInterval(timer);
    state.isGone = true;
    void endAll(node);
  }, LOOK_MS);
  if (!owner) clearInterval(timer);
  return state;
}

/** Removes a home that was made for one run. */
export function removeHome(home: Home): void {
  rmSync(home.root, { recursive: true, force: true, maxRetries: 3 });
  if (home.socket !== home.socketLink) rmSync(dirname(home.socket), { recursive: true, force: true });
}

async function endAll(node: DaemonNode): Promise<void> {
  log("whoever this daemon was started for is gone; all ends");
  await stopEverything(node, { by: "the end of ghost ci" }, () => {});
  await endStrays(node.home.root);
  node.finish({ leave: false, next: false });
}

function parse(text: string | undefined): Target | null {
  const match = /^(\d+):(\d+)$/.exec(text ?? "");
  return match ? { pid: Number(match[1]), startTicks: Number(match[2]) } : null;
}

function isThere({ pid, startTicks }: Target): boolean {
  const entry = readProcess(pid);
  return entry !== undefined && entry.startTicks === startTicks && entry.state !== "Z";
}
