import { APP_KEYS, CORE_KEYS, SETTINGS_KEYS } from "./app-keys.ts";
import { CACHE_KEYS, ENCRYPTION_KEYS, RESILIENCE_KEYS } from "./data-keys.ts";
import { type Place, type Report, variablePlace } from "./diagnostics.ts";
import type { Variables } from "./interpolate.ts";
import type { KeyTable } from "./key-schemas.ts";
import { directoryOf, resolvePath } from "./posix-path.ts";
import { nearest } from "./suggest.ts";
import { type MapEntry, type MapTree, plainValue, type Tree } from "./yaml-tree.ts";

/** The sections whose values variables may override, by their path. */
const SECTIONS: readonly (readonly [path: readonly string[], table: KeyTable])[] = [
  [["app"], APP_KEYS],
  [["core"], CORE_KEYS],
  [["core", "settings"], SETTINGS_KEYS],
  [["cache"], CACHE_KEYS],
  [["encryption"], ENCRYPTION_KEYS],
  [["resilience"], RESILIENCE_KEYS],
];

/** `["core", "settings", "autoMonitor"]` gives `GHOST_CORE_SETTINGS_AUTO_MONITOR`. */
export function overrideName(path: readonly string[]): string {
  return ["GHOST", ...path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`))].join("_").toUpperCase();
}

/** How the names of those begin of which a misspelt one is told: what begins with `GHOST_APP_` may well be an app's own. */
const BEGINNINGS = /^GHOST_(?:CORE|CACHE|ENCRYPTION|RESILIENCE)_/;

/** A section, and what an app is registered by: one variable for all apps would make them one. */
const NOT_OVERRIDDEN: ReadonlySet<string> = new Set(["core.settings", "app.id"]);

const APP_ID = overrideName(["app", "id"]);

/** Every variable that overrides a value of an app's file, and the path of that value. */
export const OVERRIDES: ReadonlyMap<string, readonly string[]> = new Map(
  SECTIONS.flatMap(([section, table]) =>
    Object.keys(table)
      .map((key) => [...section, key])
      .filter((path) => !NOT_OVERRIDDEN.has(path.join(".")))
      .map((path) => [overrideName(path), path] as const),
  ),
);

/**
 * The file's tree with what variables say instead: `GHOST_CORE_MODE=production` is `core: { mode: production }`, whatever the file says.
 * What is wrong with such a value is reported at the place `FOLDER/$GHOST_CORE_MODE` (`formatDiagnostic` makes a name of that), and a path is relative to that folder.
 */
export function withOverrides(tree: MapTree, variables: Variables, report: Report): MapTree {
  reportMisspelt(tree, variables, report);
  let changed = tree;
  for (const [name, path] of OVERRIDES) {
    const text = variables[name];
    if (text === undefined || text === "") continue;
    const place = placeOf(name, tree);
    changed = withValue(changed, path, { kind: "scalar", place, value: plainValue(text), text, broken: false });
  }
  return changed;
}

/** Variables that begin as those do which override, and override nothing. One that the file names as its key's is meant to be there. */
function reportMisspelt(tree: MapTree, variables: Variables, report: Report): void {
  const { value: encryption } = tree.entries.get("encryption") ?? {};
  const keyEnv = encryption?.kind === "map" ? encryption.entries.get("key_env")?.value : undefined;
  const named = keyEnv?.kind === "scalar" ? keyEnv.text : null;
  if (variables[APP_ID]) report.warn(placeOf(APP_ID, tree), "it overrides nothing, for what an app is known by its file alone says");
  for (const name of Object.keys(variables)) {
    if (!BEGINNINGS.test(name) || OVERRIDES.has(name) || name === named || !variables[name]) continue;
    const meant = nearest(name, OVERRIDES.keys());
    report.warn(placeOf(name, tree), `it overrides nothing, for there is no such value${meant === null ? "" : `; did you mean ${meant}?`}`);
  }
}

function placeOf(name: string, tree: MapTree): Place {
  return { file: resolvePath(directoryOf(tree.place.file), variablePlace(name)), line: 1, column: 1 };
}

function withValue(map: MapTree, [key = "", ...rest]: readonly string[], value: Tree): MapTree {
  const before = map.entries.get(key);
  const inner: MapTree = before?.value.kind === "map" ? before.value : { kind: "map", place: value.place, entries: new Map() };
  const entry: MapEntry = { key, place: before?.place ?? value.place, value: rest.length === 0 ? value : withValue(inner, rest, value) };
  return { ...map, entries: new Map(map.entries).set(key, entry) };
}
