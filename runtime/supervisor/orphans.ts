import { basename } from "node:path";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { environmentOf } from "../process/environ.ts";
import { isRuntimeChild } from "../process/spawn.ts";
import type { ProcessEntry } from "../process/table.ts";
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
  const known = new Set([...supervisor.processes.values()].flatMap((other) => (other === supervised ? [] : [...other.members.keys()])));
  const strangers = snapshot.table
    .childrenOf(process.pid)
    .filter((entry) => entry.state !== "Z" && !known.has(entry.pid) && !isRuntimeChild(entry.pid));
  if (strangers.length === 0) return [];
  const fifos = logTargets(supervisor, supervised, null).map((target) => target.fifo);
  const writers = new Set(snapshot.writersInto(fifos).map((entry) => entry.pid));
  const startTicks = supervised.members.get(pid) ?? 0;
  const isOurs = (entry: ProcessEntry): boolean => {
    if (entry.pgid === pid || entry.sid === pid || writers.has(entry.pid)) return true;
    return (
      entry.startTicks >= startTicks && isNamedIn(supervised.definition, entry.command) && !environmentOf(entry.pid).has("GHOST_PROCESS")
    );
  };
  return strangers.filter(isOurs).map((entry) => entry.pid);
}

/** Whether a process's short name is that of the program (or a word of the command) that was started. */
function isNamedIn({ executable, args, shell }: ProcessDefinition, command: string): boolean {
  const words = shell ? executable.split(/[\s;&|]+/) : [executable, ...args];
  return words.some((word) => basename(word).slice(0, COMMAND_CHARACTERS) === command);
}
