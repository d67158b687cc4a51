import { Document, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import { type Draft, type DraftProcess, isMapValue, Template, type Value } from "./draft.ts";

/** The keys of a process in the order in which they are written: what it is, what it needs, how it is kept, how it is bounded. */
const KEY_ORDER = [
  "name",
  "app",
  "executable",
  "command",
  "args",
  "shell",
  "working_directory",
  "type",
  "instances",
  "schedule",
  "depends_on",
  "health_check",
  "restart",
  "stop",
  "reload",
  "ports",
  "listen",
  "environment",
  "env_file",
  "inherit",
  "resource_limits",
  "logs",
  "watch",
  "user",
  "group",
  "umask",
  "nice",
  "on",
];
/** A list or map that is at most this long stands in one line, in characters. */
const FLOW_MAX = 100;

/** The text of a `processes.yaml`: `title` lines first, then what the draft holds, each note as a comment where it belongs. */
export function writeProcessesFile(draft: Draft, title: readonly string[]): string {
  const document = new Document({
    ...(draft.project !== null && { project: draft.project }),
    processes: draft.processes.map(asRecord),
    ...(draft.groups.length > 0 && { groups: draft.groups.map((group) => ({ ...group })) }),
  });
  document.commentBefore = asComment([...title, ...draft.notes]);
  const processes = document.get("processes") as YAMLSeq<YAMLMap>;
  for (const [index, process] of draft.processes.entries()) decorate(processes.items[index], process, index);
  const groups = document.get("groups") as YAMLSeq<YAMLMap> | undefined;
  for (const group of groups?.items ?? []) group.flow = true;
  return document.toString({ lineWidth: 0 });
}

function asRecord(process: DraftProcess): Record<string, unknown> {
  const { restart, ...others } = process.keys;
  // Not to restart is the default.
  const keys = { name: process.name, ...others, ...(restart !== undefined && restart !== false && { restart }) };
  const ordered = Object.entries(keys).sort(([a], [b]) => KEY_ORDER.indexOf(a) - KEY_ORDER.indexOf(b));
  return Object.fromEntries(ordered.map(([key, value]) => [key, asWritten(value)]));
}

/** What the file says: in literal texts `${` is written `$${`. */
function asWritten(value: Value): unknown {
  if (value instanceof Template) return value.text;
  if (typeof value === "string") return value.replaceAll("${", () => "$${");
  if (isMapValue(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asWritten(inner)]));
  return Array.isArray(value) ? value.map(asWritten) : value;
}

function decorate(map: YAMLMap | undefined, process: DraftProcess, index: number): void {
  if (!map) return;
  const own = process.notes.filter(({ path }) => path === "").map(({ text }) => text);
  if (own.length > 0) map.commentBefore = asComment(own);
  map.spaceBefore = index > 0;
  for (const pair of map.items) flattenShort(pair);
  for (const { path } of process.notes) {
    if (path !== "") commentAt(map, path, process);
  }
}

/** A note whose place is gone stands at the process. */
function commentAt(map: YAMLMap, path: string, process: DraftProcess): void {
  const text = asComment(process.notes.filter((note) => note.path === path).map((note) => note.text));
  const pair = findPair(map, path);
  if (pair && isScalar(pair.key)) pair.key.commentBefore = text;
  else map.commentBefore = map.commentBefore?.includes(text) ? map.commentBefore : [map.commentBefore, text].filter(Boolean).join("\n");
  // A comment needs a line of its own, which a map in one line has not.
  const parent = path.includes(".") ? findPair(map, path.slice(0, path.indexOf("."))) : undefined;
  if (parent && isMap(parent.value)) parent.value.flow = false;
}

function findPair(map: YAMLMap, path: string): Pair | undefined {
  const dot = path.indexOf(".");
  const key = dot === -1 ? path : path.slice(0, dot);
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (dot === -1 || !pair) return pair;
  return isMap(pair.value) ? findPair(pair.value, path.slice(dot + 1)) : undefined;
}

function flattenShort(pair: Pair): void {
  const { key, value } = pair;
  if (!(isSeq(value) || isMap(value)) || (isScalar(key) && key.value === "environment")) return;
  const flat = JSON.stringify(value.toJSON());
  if (flat.length <= FLOW_MAX && !flat.includes("\\n")) value.flow = true;
}

function asComment(lines: readonly string[]): string {
  return lines
    .flatMap((line) => line.split(/\r\n|[\n\r\u0085\u2028\u2029]/))
    .map((line) => (line === "" ? "" : ` ${printable(line)}`))
    .join("\n");
}

/** YAML allows no control characters, not even in a comment. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, "?");
}
