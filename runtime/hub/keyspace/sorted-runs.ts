/** Things in the order of their keys, without one long sort. */

/** Keys that are looked at for each run, so that the runs become about equal. */
const SAMPLE_KEYS = 32;

/**
 * All of `items` with their keys, sorted, in pieces of about `runKeys`. After each `runKeys` items that were looked at, and before the first run, an
 * empty piece comes: there the caller may do something else. `items` must not change meanwhile.
 */
export function* sortedRuns<T>(items: readonly T[], keyOf: (item: T) => string, runKeys: number): Generator<[string, T][]> {
  const bounds = boundsOf(items, keyOf, Math.ceil(items.length / runKeys));
  const parts: T[][] = Array.from({ length: bounds.length + 1 }, () => []);
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as T;
    (parts[partOf(bounds, keyOf(item))] as T[]).push(item);
    if (index % runKeys === runKeys - 1) yield [];
  }
  for (const part of parts) yield part.map((item): [string, T] => [keyOf(item), item]).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Keys that part the others into `count` parts, about equally. */
function boundsOf<T>(items: readonly T[], keyOf: (item: T) => string, count: number): string[] {
  if (count <= 1) return [];
  const step = Math.max(1, Math.floor(items.length / (count * SAMPLE_KEYS)));
  const sample = items
    .filter((_, index) => index % step === 0)
    .map(keyOf)
    .sort((one, other) => (one < other ? -1 : 1));
  return Array.from({ length: count - 1 }, (_, index) => sample[Math.floor(((index + 1) * sample.length) / count)] as string);
}

/** How many bounds are not beyond `key`. */
function partOf(bounds: readonly string[], key: string): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] as string) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
