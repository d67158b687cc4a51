import type { Report } from "./diagnostics.ts";
import { answerForeignKey, isLaterKey, type Level } from "./foreign-keys.ts";
import { acceptedKeys, type KeyTable } from "./key-schemas.ts";
import { nearest } from "./suggest.ts";
import type { MapEntry, MapTree } from "./yaml-tree.ts";

/** The entries of one map under their main spelling. */
export type Entries<Key extends string = string> = ReadonlyMap<Key, MapEntry>;

/**
 * Sorts a map's entries by a table: aliases become the main spelling, unknown keys are errors that name the nearest key or answer
 * another tool's word, a key without value is a warning and left out. `what` names the map in messages, e.g. `stop of api`.
 */
export function readKeys<Table extends KeyTable>(
  map: MapTree,
  table: Table,
  level: Level,
  what: string,
  report: Report,
): Entries<keyof Table & string> {
  const spellings = spellingsOf(table);
  const found = new Map<string, MapEntry>();
  for (const entry of map.entries.values()) {
    const key = spellings.get(entry.key);
    const twin = key === undefined ? undefined : found.get(key);
    if (key === undefined) reportUnknown(entry, table, level, what, report);
    else if (twin) report.error(entry.place, `cannot use both ${twin.key} and ${entry.key} in ${what}: they mean the same`, `keep ${key}`);
    else if (isEmpty(entry))
      report.warn(entry.place, `${entry.key} of ${what} has no value and is ignored`, "give it a value or remove it");
    else found.set(key, entry);
  }
  return found;
}

/** Whether a map holds a key that its table does not know: in all likelihood the misspelt one, when another is missing. */
export function hasUnknownKey(map: MapTree, table: KeyTable): boolean {
  const spellings = spellingsOf(table);
  for (const key of map.entries.keys()) if (!spellings.has(key)) return true;
  return false;
}

/** The tables are constants, and each is asked once a process: what was made of one is kept. */
const spellingsByTable = new WeakMap<KeyTable, ReadonlyMap<string, string>>();

function spellingsOf(table: KeyTable): ReadonlyMap<string, string> {
  const known = spellingsByTable.get(table);
  if (known) return known;
  const spellings = new Map(
    Object.entries(table).flatMap(([key, rule]) => [key, ...(rule.aliases ?? [])].map((spelling) => [spelling, key] as const)),
  );
  spellingsByTable.set(table, spellings);
  return spellings;
}

function isEmpty({ value }: MapEntry): boolean {
  return value.kind === "scalar" && value.value === null && !value.broken;
}

function reportUnknown(entry: MapEntry, table: KeyTable, level: Level, what: string, report: Report): void {
  const { key, place } = entry;
  if (isLaterKey(level, key))
    return report.error(place, `cannot use ${key} in ${what}: it is not supported by this version of Ghost`, "remove it");
  const hint = answerForeignKey(level, key) ?? suggestion(key, table);
  report.error(place, `cannot use ${key === "" ? "an empty key" : key} in ${what}: there is no such key`, hint);
}

function suggestion(key: string, table: KeyTable): string {
  const near = nearest(key, acceptedKeys(table));
  return near === null ? `the keys are ${Object.keys(table).join(", ")}` : `did you mean ${near}?`;
}
