import type { ProcessDefinition } from "../../../core/config/definition.ts";
import { describeCircle } from "../../../core/config/dependency-rules.ts";
import { formatDiagnostic, type Place } from "../../../core/config/diagnostics.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { findCycleThrough } from "../../../core/graph/order.ts";
import type { ReadApp } from "../../config/read-app-file.ts";

/**
 * Throws CONFIG_INVALID, with each step and its file, where an app needs what needs it: none of them could ever start. `read` are all apps whose files were just read,
 * `registered` those that are known already.
 */
export function refuseCircle(
  { definition, needsPlace }: ReadApp,
  read: readonly ReadApp[],
  registered: readonly ProcessDefinition[],
): void {
  const apps = registered.filter(({ project }) => project === definition.project).map((each) => [each.name, { definition: each }] as const);
  const byName = new Map<string, Pick<ReadApp, "definition"> & Partial<ReadApp>>([
    ...apps,
    ...read.map((each) => [each.definition.name, each] as const),
  ]);
  const nodes = [...byName].map(([key, app]) => ({ key, needs: app.definition.dependsOn.map(({ name }) => name) }));
  const circle = findCycleThrough(definition.name, nodes);
  if (circle === null) return;
  const steps = circle.slice(1).map((name, index) => `${circle[index]} needs ${name} (${shown(byName.get(circle[index] ?? ""))})`);
  const { message, hint } = describeCircle(steps);
  const place: Place = needsPlace ?? { file: definition.source?.file ?? definition.name, line: 1, column: 1 };
  throw new GhostError("CONFIG_INVALID", formatDiagnostic({ ...place, severity: "error", message }), { hint });
}

/** Of an app that was read by an earlier look, the file alone is known. */
function shown(app: (Pick<ReadApp, "definition"> & Partial<ReadApp>) | undefined): string {
  const { needsPlace, definition } = app ?? {};
  return needsPlace ? `${needsPlace.file}:${needsPlace.line}` : (definition?.source?.file ?? "");
}
