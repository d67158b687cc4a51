import type { GraphView } from "../api/wire.ts";
import { withNeeds } from "./order.ts";
import { selectProcesses } from "./select.ts";

type GraphNode = GraphView["nodes"][number];

/** The nodes that `names` (as `selectProcesses` takes them, or groups) mean and all that they need, with the edges between them. Throws as `selectProcesses`. */
export function partOfGraph(graph: GraphView, names: readonly string[]): GraphView {
  if (names.length === 0) return graph;
  const chosen = names.flatMap((name) => membersOf(graph, name) ?? selectProcesses([name], graph.nodes));
  const needs = new Map<string, string[]>(graph.nodes.map((node) => [keyOf(node), []]));
  for (const { project, from, to } of graph.edges) needs.get(`${project}/${from}`)?.push(`${project}/${to}`);
  const kept = withNeeds(
    chosen.map(keyOf),
    [...needs].map(([key, needed]) => ({ key, needs: needed })),
  );
  return {
    nodes: graph.nodes.filter((node) => kept.has(keyOf(node))),
    edges: graph.edges.filter(({ project, from }) => kept.has(`${project}/${from}`)),
  };
}

/** The processes of the group that a name means, or null if it is no group's. */
function membersOf({ nodes }: GraphView, name: string): GraphNode[] | null {
  const members = nodes.filter(({ project, groups }) => groups.some((group) => group === name || `${project}/${group}` === name));
  return members.length > 0 ? members : null;
}

function keyOf({ project, name }: GraphNode): string {
  return `${project}/${name}`;
}
