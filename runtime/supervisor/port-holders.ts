import { pidOf } from "../../core/lifecycle/view.ts";
import { findPortHolder, type PortHolder } from "../net/holder.ts";
import { nameOfHolder } from "../net/holder-name.ts";
import { environmentOf } from "../process/environ.ts";
import type { Target } from "../process/signal.ts";
import { readProcess } from "../process/table.ts";
import { labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Who is in a process's way on a port. */
export interface Obstacle {
  readonly port: number;
  /** As people are told: `nginx (pid 812)`, `api:1 (pid 33)`. */
  readonly who: string;
  /** What an earlier run of the very process left behind, to be ended; empty when it is anybody else. */
  readonly escapees: readonly Target[];
}

/**
 * Who holds a port that `process` wants; null when nobody does, or Ghost does so for it. `shared`: instances of one
 * process may be able to share it (SO_REUSEPORT), so that one of them is in no other's way.
 */
export function obstacleOn(supervisor: Supervisor, process: Supervised, port: number, { shared }: { shared: boolean }): Obstacle | null {
  const holder = findPortHolder(port);
  if (!holder || supervisor.listeners.holds(process, port)) return null;
  const owner = ownerAmong(supervisor, holder.pids, port);
  if (owner && (shared ? isSame(owner, process) : owner === process)) return null;
  const escapees = owner ? [] : escapeesAmong(supervisor, process, holder.pids);
  return { port, who: owner ? withPid(labelOf(owner), ownPid(owner, holder)) : nameOfHolder(holder), escapees };
}

/** Why it waits, as a phrase. `portOf` reads the number back, `sentenceOf` makes it a statement. */
export function phraseOf({ port, who }: Obstacle): string {
  return `port ${port}, which ${who} holds`;
}

const PHRASE = /^port (\d+), which (.*) holds$/;

/** The port of such a phrase; null when it is another. */
export function portOf(phrase: string): number | null {
  const match = PHRASE.exec(phrase);
  return match ? Number(match[1]) : null;
}

/** `port 8080 is held by nginx (pid 812)`; another phrase as it stands. */
export function sentenceOf(phrase: string): string {
  return phrase.replace(PHRASE, "port $1 is held by $2");
}

/** The supervised process whose tree holds a socket, or for which Ghost itself holds it. */
function ownerAmong(supervisor: Supervisor, pids: readonly number[], port: number): Supervised | undefined {
  if (pids.includes(process.pid)) return supervisor.listeners.ownerOf(port);
  const holders = new Set(pids);
  return [...supervisor.processes.values()].find((candidate) => {
    const main = pidOf(candidate.machine);
    if (main === null) return false;
    return holders.has(main) || [...candidate.members].some(([pid, ticks]) => holders.has(pid) && readProcess(pid)?.startTicks === ticks);
  });
}

function isSame({ definition: a }: Supervised, { definition: b }: Supervised): boolean {
  return a.project === b.project && a.name === b.name;
}

/** Of this very process and instance, from a run that is over: its environment says so. Nobody else's is ever touched. */
function escapeesAmong(supervisor: Supervisor, { definition, instance }: Supervised, pids: readonly number[]): Target[] {
  const isEscapee = (pid: number): boolean => {
    const environment = environmentOf(pid);
    return (
      environment.has("GHOST_PROCESS") &&
      environment.get("GHOST_HOME") === supervisor.parts.home.root &&
      environment.get("GHOST_PROJECT") === definition.project &&
      environment.get("GHOST_NAME") === definition.name &&
      environment.get("GHOST_INSTANCE") === String(instance)
    );
  };
  if (pids.length === 0 || !pids.every(isEscapee)) return [];
  return pids.flatMap((pid) => readProcess(pid) ?? []).map(({ pid, startTicks }) => ({ pid, startTicks }));
}

function ownPid(owner: Supervised, { pids }: PortHolder): number | null {
  return pids.find((pid) => owner.members.has(pid)) ?? pidOf(owner.machine);
}

function withPid(name: string, pid: number | null): string {
  return pid === null ? name : `${name} (pid ${pid})`;
}
