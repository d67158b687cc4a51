import { baseName } from "../config/posix-path.ts";
import type { ForeignFile } from "./source.ts";

/** What `ghost import` understands. */
export const IMPORT_KINDS = ["pm2", "pm2-dump", "procfile", "compose", "supervisord", "systemd"] as const;

/** Whose file it is. */
export type ImportKind = (typeof IMPORT_KINDS)[number];

const BY_NAME: readonly (readonly [RegExp, ImportKind])[] = [
  [/^dump\.pm2(\.bak)?$/, "pm2-dump"],
  [/^Procfile(\..+)?$/i, "procfile"],
  [/^(docker-)?compose([.-].*)?\.ya?ml$/i, "compose"],
  [/\.(service|timer|socket)$/, "systemd"],
  [/^supervisord?.*\.(conf|ini)$/i, "supervisord"],
  [/\.(js|cjs|mjs|ts)$/, "pm2"],
];
const BY_CONTENT: readonly (readonly [RegExp, ImportKind])[] = [
  [/"pm_exec_path"\s*:/, "pm2-dump"],
  [/^\s*\[(program|supervisord|group|eventlistener)\b/m, "supervisord"],
  [/^\s*\[(Service|Unit|Timer|Socket)\]/m, "systemd"],
  [/^\s*(["']?)apps\1\s*:/m, "pm2"],
  [/^\s*\{\s*"apps"|^\s*\[?\s*\{[\s\S]*"script"\s*:/, "pm2"],
  [/^services:\s*$/m, "compose"],
  [/^"?services"?\s*:/m, "compose"],
  [/^[A-Za-z0-9_-]+:\s+\S.*$/m, "procfile"],
];

/** Whose file it is, by its name and else by what it holds; null when neither tells. */
export function recognise({ path, text }: Pick<ForeignFile, "path" | "text">): ImportKind | null {
  const name = baseName(path);
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? BY_CONTENT.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
