import type { AppPart } from "./definition.ts";
import type { Row } from "./explain-orchestration.ts";

/** What an app's own sections say, by the keys of its file. */
export function describeApp(app: AppPart | null): Row[] {
  if (app === null) return [];
  const grants: Row[] = app.grants.length > 0 ? [["grants", app.grants.join(", ")]] : [];
  const logs: Row[] = app.logsPath === null ? [] : [["app_logs", app.logsPath]];
  return [["app_file", app.file], ...grants, ...logs, ...flatten("", JSON.parse(app.config))];
}

function flatten(prefix: string, value: unknown): Row[] {
  if (typeof value !== "object" || value === null) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(prefix === "" ? key : `${prefix}.${key}`, inner));
}
