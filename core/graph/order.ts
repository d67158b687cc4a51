/** Who needs whom, by any key. */
export interface Node {
  readonly key: string;
  /** Keys of those that it needs; one that is not among the nodes does not count. */
  readonly needs: readonly string[];
}

/**
 * How far each node is from those that need nothing: 0 for these, else one more than the farthest that it needs. Whoever
 * starts in the order of ranks finds all that it needs; whoever stops against it takes nothing away from anyone. A circle
 * (which no file can declare, but two files that changed one after the other can leave) is cut where it is met first.
 */
export function ranksOf(nodes: readonly Node[]): Map<string, number> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const ranks = new Map<string, number>();
  for (const { key } of nodes) rank(key, byKey, ranks);
  return ranks;
}

/** Without recursion: a chain may be as long as a home is large. */
function rank(start: string, byKey: ReadonlyMap<string, Node>, ranks: Map<string, number>): void {
  const open = new Set<string>();
  const path = [start];
  while (path.length > 0) {
    const key = path.at(-1) as string;
    const needs = (byKey.get(key)?.needs ?? []).filter((need) => byKey.has(need) && need !== key);
    open.add(key);
    const next = ranks.has(key) ? undefined : needs.find((need) => !ranks.has(need) && !open.has(need));
    if (next !== undefined) {
      path.push(next);
      continue;
    }
    if (!ranks.has(key)) ranks.set(key, 1 + Math.max(-1, ...needs.map((need) => ranks.get(need) ?? -1)));
    open.delete(key);
    path.pop();
  }
}

/** The first circle that is found, as the keys along it with the first one again at its end; null when there is none. */
export function findCycle(nodes: readonly Node[]): string[] | null {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const done = new Set<string>();
  for (const { key } of nodes) {
    const path: string[] = [];
    const found = done.has(key) ? null : search(key, byKey, done, path);
    if (found) return found;
  }
  return null;
}

/** The shortest circle through one node, as `findCycle` gives it; null when it is in none. */
export function findCycleThrough(key: string, nodes: readonly Node[]): string[] | null {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const cameFrom = new Map<string, string>();
  for (const queue = [key]; queue.length > 0; ) {
    const at = queue.shift() as string;
    const { needs = [] } = byKey.get(at) ?? {};
    if (needs.includes(key)) return [...wayTo(at, key, cameFrom), key];
    for (const next of needs) {
      if (cameFrom.has(next) || !byKey.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  return null;
}

function wayTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end];
  for (let at = end; at !== start; ) {
    at = cameFrom.get(at) as string;
    way.unshift(at);
  }
  return way;
}

function search(start: string, byKey: ReadonlyMap<string, Node>, done: Set<string>, path: string[]): string[] | null {
  const onPath = new Set<string>([start]);
  path.push(start);
  while (path.length > 0) {
    const key = path.at(-1) as string;
    const next = (byKey.get(key)?.needs ?? []).find((need) => byKey.has(need) && !done.has(need));
    if (next === undefined) {
      done.add(key);
      onPath.delete(key);
      path.pop();
    } else if (onPath.has(next)) return [...path.slice(path.indexOf(next)), next];
    else {
      onPath.add(next);
      path.push(next);
    }
  }
  return null;
}

/** `targets` and everything that they need, directly or not, each once. */
export function withNeeds(targets: readonly string[], nodes: readonly Node[]): Set<string> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const found = new Set<string>();
  const left = [...targets];
  for (let key = left.pop(); key !== undefined; key = left.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    left.push(...(byKey.get(key)?.needs ?? []).filter((need) => byKey.has(need)));
  }
  return found;
}
