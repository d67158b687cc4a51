import type { Event } from "../../core/lifecycle/events.ts";
import { type Exit, type Identity, succeeded } from "../../core/lifecycle/state.ts";
import { environmentOf } from "../process/environ.ts";
import { bootId } from "../process/identity.ts";
import { groupExists } from "../process/signal.ts";
import { reap } from "../process/subreaper.ts";
import type { ProcessEntry } from "../process/table.ts";
import { readOwnChildren, readProcess } from "../process/table.ts";
import { orphansOf, strangersTo } from "./orphans.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Snapshot } from "./tree-scanner.ts";

const FOREGROUND_HINT = "tell the program to stay in the foreground (nginx: -g 'daemon off;', redis: --daemonize no)";

/** Forks and ends in a row that are followed while a program daemonizes; it is two with the usual double fork. */
const LOOKS_MAX = 100;
/** Looks at the whole machine for an heir of which there is a sign. */
const HEIR_LOOKS_MAX = 3;

/**
 * What the end of a main process means. Ended well while descendants live: it daemonized and is followed (a one-shot has
 * completed thereby), or, where that cannot be done, says so. Ended otherwise while others of its tree live: they have to go before a successor comes.
 */
export function judgeExit(process: Supervised, pid: number, told: Exit, supervisor: Supervisor): Event {
  if (process.machine.state.at === "stopping") return { type: "exited", exit: told, leftovers: false };
  const exit = supervisor.parts.limits.explain(process, pid, told);
  // Quick and mostly without a scan, because a successor waits.
  const leftovers = hasVisibleLeftovers(process, pid, supervisor) || hasOrphans(process, pid, supervisor);
  if (!succeeded(exit, process.definition.restart) || (!leftovers && !process.adopted)) return { type: "exited", exit, leftovers };
  let heirs = findHeirs(process, pid, supervisor);
  // One that is just forking may slip through a look.
  for (let look = 1; heirs.length === 0 && leftovers && look < HEIR_LOOKS_MAX; look += 1) heirs = findHeirs(process, pid, supervisor);
  const heir = heirs[0];
  if (!heir) return { type: "exited", exit, leftovers };
  if (!supervisor.parts.subreaper) return { type: "daemonized", exit, hint: FOREGROUND_HINT };
  return follow(process, heir, heirs, exit, supervisor);
}

/** Is anyone left in the group, in the cgroup, or of the members that were seen? */
function hasVisibleLeftovers(process: Supervised, pid: number, supervisor: Supervisor): boolean {
  if (groupExists(pid) || supervisor.parts.limits.members(process).some((member) => member !== pid)) return true;
  for (const [member, startTicks] of process.members) {
    const entry = member === pid ? undefined : readProcess(member);
    if (entry && entry.startTicks === startTicks && entry.state !== "Z") return true;
  }
  return false;
}

/** Who left the group and was never seen came to us, as the subreaper, the moment its parent died. Usually nobody did. */
function hasOrphans(process: Supervised, pid: number, supervisor: Supervisor): boolean {
  if (!supervisor.parts.subreaper) return false;
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const strangers = strangersTo(process, supervisor, readOwnChildren() ?? []).filter((child) => child !== pid);
    if (strangers.length === 0) return false;
    const living = strangers.filter((child) => reap(child) === undefined);
    if (living.length > 0 && isAnyoneOurs(process, pid, supervisor, living)) return true;
    // The parent of a double fork may have been caught between its two forks: its child came to us when it ended.
    if (living.length === strangers.length && living.every(isRunning)) return false;
  }
  return true;
}

function isRunning(pid: number): boolean {
  const entry = readProcess(pid);
  return entry !== undefined && entry.state !== "Z";
}

function isAnyoneOurs(process: Supervised, pid: number, supervisor: Supervisor, strangers: readonly number[]): boolean {
  const { state } = process.machine;
  const token = state.at === "running" ? state.identity.token : "";
  if (strangers.some((child) => environmentOf(child).get("GHOST_PROCESS") === token)) return true;
  return orphansOf(process, pid, supervisor, supervisor.scanner.now()).length > 0;
}

function follow(process: Supervised, heir: ProcessEntry, heirs: readonly ProcessEntry[], exit: Exit, supervisor: Supervisor): Event {
  const { state } = process.machine;
  const token = state.at === "running" || state.at === "stopping" ? (state.identity?.token ?? "") : "";
  for (const entry of heirs) process.members.set(entry.pid, entry.startTicks);
  supervisor.parts.store.saveMembers(process.key, process.members);
  supervisor.parts.pump.watchExit(heir.pid, heir.startTicks);
  const identity: Identity = { pid: heir.pid, startTicks: heir.startTicks, bootId, token };
  return { type: "followed", identity, exit, completed: process.definition.type === "oneshot" };
}

/** Who may be the new main process, the best first: orphans that came to us from this run, oldest first. */
function findHeirs(supervised: Supervised, pid: number, supervisor: Supervisor): ProcessEntry[] {
  const snapshot = supervisor.scanner.now();
  const found = snapshot.table.treeOf(relatives(supervised, pid, supervisor, snapshot)).filter((entry) => entry.pid !== pid);
  const orphansFirst = (entry: ProcessEntry): number => (entry.ppid === process.pid ? 0 : 1);
  return found.sort((a, b) => orphansFirst(a) - orphansFirst(b) || a.startTicks - b.startTicks || a.pid - b.pid);
}

function relatives(supervised: Supervised, pid: number, supervisor: Supervisor, snapshot: Snapshot): number[] {
  const { state } = supervised.machine;
  const token = state.at === "running" ? state.identity.token : "";
  const members = [...supervised.members]
    .filter(([member, startTicks]) => snapshot.table.find(member, startTicks))
    .map(([member]) => member);
  const group = [...snapshot.table.entries.values()].filter((entry) => entry.pgid === pid && entry.state !== "Z").map((entry) => entry.pid);
  const bearers = snapshot.withToken(token).map((entry) => entry.pid);
  const confined = supervisor.parts.limits.members(supervised);
  return [...orphansOf(supervised, pid, supervisor, snapshot), ...members, ...group, ...bearers, ...confined].filter(
    (relative) => relative !== pid,
  );
}
