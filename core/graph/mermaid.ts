import type { GraphView } from "../api/wire.ts";
import { describeTerms } from "./render.ts";

type GraphNode = GraphView["nodes"][number];

/** Colours of statuses, as in the terminal: green is well, yellow on its way, red needs somebody. */
const CLASSES = [
  "classDef running fill:#d4f4d4,stroke:#2b8a3e",
  "classDef onitsway fill:#fff3bf,stroke:#e67700",
  "classDef failed fill:#ffe3e3,stroke:#c92a2a",
] as const;

/** The graph in the language of Mermaid (mermaid.js.org, "Flowcharts"); an arrow leads from who needs to who is needed. `withStatus`: colours tell what runs. */
export function mermaidOf(graph: GraphView, withStatus: boolean): string[] {
  const ids = new Map(graph.nodes.map(({ project, name }, index) => [`${project}/${name}`, `n${index}`]));
  const idOf = (project: string, name: string): string => ids.get(`${project}/${name}`) ?? `missing_${name.replaceAll("-", "_")}`;
  const draw = (node: GraphNode): string => `${idOf(node.project, node.name)}["${node.name}"]${withStatus ? classOf(node) : ""}`;
  return [
    "flowchart TD",
    ...frames(graph).flatMap(({ title, nodes }, index) => [
      ...(title === null ? [] : [`  subgraph f${index}["${title}"]`]),
      ...nodes.map((node) => `  ${title === null ? "" : "  "}${draw(node)}`),
      ...(title === null ? [] : ["  end"]),
    ]),
    ...graph.edges.map((edge) => {
      const terms = describeTerms(edge);
      return `  ${idOf(edge.project, edge.from)} -->${terms === "" ? "" : `|"${terms}"|`} ${idOf(edge.project, edge.to)}`;
    }),
    ...(withStatus ? CLASSES.map((line) => `  ${line}`) : []),
  ];
}

/** A node can be in one frame only: that of its first group, else, with several projects, that of its project. */
function frames({ nodes }: GraphView): { title: string | null; nodes: GraphNode[] }[] {
  const several = new Set(nodes.map(({ project }) => project)).size > 1;
  const byTitle = new Map<string | null, GraphNode[]>();
  for (const node of nodes) {
    const [group] = node.groups;
    const parts = [...(several ? [node.project] : []), ...(group === undefined ? [] : [group])];
    const title = parts.length === 0 ? null : parts.join("/");
    byTitle.set(title, [...(byTitle.get(title) ?? []), node]);
  }
  return [...byTitle].map(([title, members]) => ({ title, nodes: members }));
}

function classOf({ status }: GraphNode): string {
  switch (status) {
    case "running":
      return ":::running";
    case "waiting":
    case "starting":
    case "stopping":
    case "backoff":
      return ":::onitsway";
    case "unhealthy":
    case "failed":
      return ":::failed";
    case "stopped":
    case "exited":
      return "";
    default:
      return status satisfies never;
  }
}
