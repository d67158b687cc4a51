import type { Place } from "./diagnostics.ts";
import type { Draft } from "./drafts.ts";
import type { MapEntry } from "./yaml-tree.ts";

/** Where a process (`api`) and each of its keys (`api.working_directory`, `api.environment.PORT`) stand. */
export interface Places {
  get(path: string): Place | undefined;
  has(path: string): boolean;
}

/** The places of what the files declare. They are looked for when somebody asks: most have nothing to tell of any. */
export function placesOf(drafts: readonly Draft[]): Places {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  const get = (path: string): Place | undefined => {
    const [name = "", key, ...inner] = path.split(".");
    const draft = byName.get(name);
    if (key === undefined) return draft?.place;
    const entries: ReadonlyMap<string, MapEntry> | undefined = draft?.entries;
    const value = entries?.get(key)?.value;
    if (inner.length === 0) return value?.place;
    return value?.kind === "map" ? value.entries.get(inner.join("."))?.value.place : undefined;
  };
  return { get, has: (path) => get(path) !== undefined };
}
