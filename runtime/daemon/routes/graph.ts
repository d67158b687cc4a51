import type { GraphView } from "../../../core/api/wire.ts";
import { viewOf } from "../../supervisor/views.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { readNames } from "../query.ts";
import { select } from "./processes.ts";

/** Who depends on whom. */
export function graphRoutes(node: DaemonNode): Route[] {
  return [{ method: "GET", pattern: "/v1/graph", handle: (call) => call.json(graph(node, call)) }];
}

function graph({ supervisor, ...node }: DaemonNode, call: Call): GraphView {
  const names = readNames(call.query, "names");
  const chosen = names ? select({ supervisor, ...node }, names) : supervisor.listed();
  const first = chosen.filter(({ instance }) => instance === 0);
  return {
    nodes: first.map((process) => {
      const { project, name, type, status, health, groups } = viewOf(supervisor, process);
      return { project, name, type, status, health, groups };
    }),
    edges: first.flatMap((process) =>
      process.definition.dependsOn.map((dependency) => ({
        project: process.definition.project,
        from: process.definition.name,
        to: dependency.name,
        condition: dependency.condition,
        onLoss: dependency.onLoss,
        met: supervisor.dependencies.isMet(process, dependency),
      })),
    ),
  };
}
