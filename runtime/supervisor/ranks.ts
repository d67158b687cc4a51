import { type Node, ranksOf, withNeeds } from "../../core/graph/order.ts";
import { keyOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** How far each process is from those that need nothing, among these processes alone: who starts by ranks finds what it needs. */
export function ranked(processes: readonly Supervised[]): Map<Supervised, number> {
  if (processes.every(({ definition }) => definition.dependsOn.length === 0)) return new Map(processes.map((process) => [process, 0]));
  const ranks = ranksOf(nodesOf(processes));
  return new Map(processes.map((process) => [process, ranks.get(keyOf(process.definition)) ?? 0]));
}

/** Whoever the processes need, directly or not, and is not among them. */
export function neededBy(supervisor: Supervisor, processes: readonly Supervised[]): Supervised[] {
  if (processes.every(({ definition }) => definition.dependsOn.length === 0)) return [];
  const own = new Set(processes);
  const keys = withNeeds(
    processes.map(({ definition }) => keyOf(definition)),
    nodesOf(supervisor.processes.values()),
  );
  return [...supervisor.processes.values()].filter((process) => keys.has(keyOf(process.definition)) && !own.has(process));
}

/** One node for all instances of a definition. */
function nodesOf(processes: Iterable<Supervised>): Node[] {
  const nodes = new Map<string, Node>();
  for (const { definition } of processes) {
    const { project, dependsOn } = definition;
    nodes.set(keyOf(definition), { key: keyOf(definition), needs: dependsOn.map(({ name }) => keyOf({ project, name })) });
  }
  return [...nodes.values()];
}
