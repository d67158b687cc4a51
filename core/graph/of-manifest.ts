import type { GraphView } from "../api/wire.ts";
import type { Manifest } from "../config/definition.ts";

/** The graph of what files declare: nothing runs, no condition holds. */
export function graphOfManifest({ processes, groups }: Manifest): GraphView {
  return {
    nodes: processes.map(({ project, name, type }) => ({
      project,
      name,
      type,
      status: "stopped",
      health: "none",
      groups: groups.filter((group) => group.processes.includes(name)).map((group) => group.name),
    })),
    edges: processes.flatMap(({ project, name, dependsOn }) =>
      dependsOn.map((dependency) => ({
        project,
        from: name,
        to: dependency.name,
        condition: dependency.condition,
        onLoss: dependency.onLoss,
        met: false,
      })),
    ),
  };
}
