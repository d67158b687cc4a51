import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";

/** The part of a written file that an error is about. */
export interface Location {
  readonly list: "processes" | "groups";
  /** From 0, in the order of the file. */
  readonly index: number;
  /** The keys that lead to it, e.g. `environment`, `PORT`; empty: the entry itself. */
  readonly path: readonly string[];
}

/** Finds what stands at a line and column (from 1) of a `processes.yaml`; null for what is in no entry of a list. */
export function locate(text: string, line: number, column: number): Location | null {
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines });
  const offset = (lines.lineStarts[line - 1] ?? 0) + column - 1;
  if (!isMap(contents)) return null;
  for (const list of ["processes", "groups"] as const) {
    const entries = contents.get(list, true);
    if (!isSeq(entries)) continue;
    const index = entries.items.findIndex((item) => covers(item as Node, offset));
    const entry = entries.items[index];
    if (isMap(entry)) return { list, index, path: pathIn(entry, offset) };
  }
  return null;
}

function covers({ range }: Node, offset: number): boolean {
  return range != null && range[0] <= offset && offset < range[2];
}

/** The deepest key that covers the place. */
function pathIn(map: YAMLMap, offset: number): string[] {
  const pair = map.items.findLast((item) => startOf(item) <= offset);
  if (!pair || !isScalar(pair.key)) return [];
  const inner = isMap(pair.value) && covers(pair.value as Node, offset) ? pathIn(pair.value, offset) : [];
  return [String(pair.key.value), ...inner];
}

function startOf({ key }: Pair): number {
  return (isScalar(key) ? key.range?.[0] : undefined) ?? Number.POSITIVE_INFINITY;
}
