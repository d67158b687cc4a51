import { basename } from "node:path";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { pidOf } from "../../core/lifecycle/view.ts";
import { environmentOf } from "../process/environ.ts";
import { isRuntimeChild } from "../process/spawn.ts";
import { type ProcessEntry, readProcess } from "../process/table.ts";
import { logTargets } from "./run.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Snapshot } from "./tree-scanner.ts";

/** The kernel keeps so many characters of a program's name. */
const COMMAND_CHARACTERS = 15;

/**
 * Pids of what came to us as subreaper from one run, whose first process was `pid`. The sure signs are its session, its
 * group, its FIFOs; a program that leaves all three and overwrites its environment (nginx does) is known by elimination: an
 * orphan of nobody else, younger than the run, with the name of its program.
 */
export function orphansOf(supervised: Supervised, pid: number, supervisor: Supervisor, snapshot: Snapshot): number[] {
  if (!supervisor.parts.subreaper) return [];
  const alive = snapshot.table.childrenOf(process.pid).filter((entry) => entry.state !== "Z");
  const candidates = new Set(
    strangersTo(
      supervised,
      supervisor,
      alive.map((entry) => entry.pid),
    ),
  );
  const strangers = alive.filter((entry) => candidates.has(entry.pid));
  if (strangers.length === 0) return [];
  const fifos = logTargets(supervisor, supervised, null).map((target) => target.fifo);
  const writers = new Set(snapshot.writersInto(fifos).map((entry) => entry.pid));
  const startTicks = supervised.members.get(pid) ?? 0;
  const isOurs = (entry: ProcessEntry): boolean => {
    if (entry.pgid === pid || entry.sid === pid || writers.has(entry.pid)) return true;
    return entry.startTicks >= startTicks && isNamedIn(supervised.definition, entry.command) && hasNoToken(entry);
  };
  return strangers.filter(isOurs).map((entry) => entry.pid);
}

/** One that ended while it was looked at has no environment any more, which says nothing. */
function hasNoToken({ pid, startTicks }: ProcessEntry): boolean {
  if (environmentOf(pid).has("GHOST_PROCESS")) return false;
  const entry = readProcess(pid);
  return entry !== undefined && entry.startTicks === startTicks && entry.state !== "Z";
}

/** Those of our children that neither the runtime started nor another supervised process has. */
export function strangersTo(supervised: Supervised, supervisor: Supervisor, children: readonly number[]): number[] {
  const strangers = children.filter((pid) => !isRuntimeChild(pid));
  if (strangers.length === 0) return [];
  const others = [...supervisor.processes.values()].filter((other) => other !== supervised);
  const known = new Set(others.flatMap((other) => [pidOf(other.machine), ...other.members.keys()]));
  return strangers.filter((pid) => !known.has(pid));
}

/** Whether a process's short name is that of the program (or a word of the command) that was started. */
function isNamedIn({ executable, args, shell }: ProcessDefinition, command: string): boolean {
  const words = shell ? executable.split(/[\s;&|]+/) : [executable, ...args];
  return words.some((word) => basename(word).slice(0, COMMAND_CHARACTERS) === command);
}
