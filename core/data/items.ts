import type { Items } from "./ghost-data.ts";

/** The pairs of a Map or of a plain object. */
export function itemEntries<T>(items: Items<T>): [string, T][] {
  return items instanceof Map ? [...items] : Object.entries(items);
}
