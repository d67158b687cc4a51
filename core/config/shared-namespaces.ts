import type { ProcessDefinition } from "./definition.ts";

/** What is looked at of an app. */
type Named = Pick<ProcessDefinition, "name" | "project" | "app">;

/**
 * Apps of one name, from different folders: an app's namespace in the hub is its name, whatever its project, so that these work in one. A sentence each, the remedy in brackets
 * at its end. One folder that is registered in several projects is one app, and shares on purpose; `placeOf` tells where a file really lies.
 */
export function sharedNamespaces(definitions: Iterable<Named>, placeOf: (file: string) => string): string[] {
  const byName = new Map<string, Map<string, string>>();
  for (const { name, project, app } of definitions) {
    if (!app) continue;
    const projects = byName.get(name) ?? new Map<string, string>();
    byName.set(name, projects.set(`${project}/${name}`, app.file));
  }
  return [...byName].flatMap(([name, projects]) => {
    const places = projects.size < 2 ? new Set() : new Set([...projects.values()].map(placeOf));
    const apps = [...projects.keys()].sort().join(" and ");
    return places.size < 2
      ? []
      : [`${apps} share keys, SQL and sagas in the hub, for they are all called ${name} (give them names of their own)`];
  });
}
