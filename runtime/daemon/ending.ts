import { writeFileSync } from "node:fs";
import type { Keeper } from "../process/keeper.ts";
import { log } from "./journal.ts";
import type { Door } from "./listen.ts";
import type { Lock } from "./lock.ts";
import type { DaemonNode } from "./node.ts";
import { daemonEntry } from "./past.ts";

/** An answer that is on its way out gets so long before the daemon ends, in ms. */
const FAREWELL_MS = 500;

/** `leave`: children live on, for adoption. `next`: another daemon comes at once. `expected`: a service manager is about to start one. */
export interface Ending {
  readonly leave: boolean;
  readonly next: boolean;
  readonly expected?: boolean;
}

/** What has to be put away. */
export interface Running {
  readonly node: DaemonNode;
  readonly door: Door;
  readonly keeper: Keeper;
  readonly lock: Lock;
  readonly files: { close(): void };
  readonly timers: readonly { stop(): void | Promise<void> }[];
  /** Who comes next: a keeper's daemon, or one in the place of this very process. */
  readonly successor: "keeper" | "self";
}

/**
 * Ends in order: nothing begins any more, nobody new, nothing more watched; then nothing changes any more, logs drained, state closed; last the lock, so that
 * the next daemon finds all of it done.
 * Gives the descriptors that the next daemon is to inherit if it takes the place of this process, else null.
 */
export async function end({ node, door, keeper, lock, files, timers, successor }: Running, how: Ending): Promise<readonly number[] | null> {
  const { supervisor, sampler, home } = node;
  // Exits are still told, with their codes; what would follow one is the next daemon's business.
  supervisor.halt();
  for (const timer of timers) await timer.stop();
  sampler.stop();
  files.close();
  await door.close(FAREWELL_MS, how.next);
  node.hub.close(how);
  supervisor.seal();
  for (const process of supervisor.processes.values()) supervisor.release(process);
  await supervisor.parts.pump.stop();
  const { store } = supervisor.parts;
  store.setMeta("ended", how.leave ? "left" : "stopped");
  announceEnd(node, how);
  store.close();
  if (!how.leave) leaveMarker(home.stoppedMarker);
  lock.release();
  if (how.next && successor === "self") return handOver(keeper);
  // The keeper of a daemon in the foreground only holds; any other would start the next daemon itself, beside the one that is expected.
  if (how.next || (how.expected && successor === "self")) await keeper.callNext();
  else await keeper.dismiss();
  return null;
}

/** Where descriptors cannot be inherited the keeper holds them for a while. */
async function handOver(keeper: Keeper): Promise<readonly number[]> {
  const held = await keeper.handOver();
  if (held === null) await keeper.callNext();
  return held ?? [];
}

/** A full disk must not keep the daemon from ending. */
function leaveMarker(path: string): void {
  try {
    writeFileSync(path, "", { mode: 0o600 });
  } catch (error) {
    log(`cannot note in ${path} that the daemon was stopped: ${(error as Error).message}`);
  }
}

function announceEnd({ supervisor }: DaemonNode, { leave, next }: Ending): void {
  const text = next
    ? "the daemon was restarted; processes go on"
    : leave
      ? "the daemon ended; processes go on"
      : "the daemon was stopped, and its processes with it";
  log(text);
  supervisor.parts.store.addHistory(daemonEntry("daemon-ended", text));
}
