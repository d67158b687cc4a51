/** The entries of a map in the order of their keys, without one long sort. */

/** Keys that are looked at for each run, so that the runs become about equal. */
const SAMPLE_KEYS = 32;

/**
 * All of `map`, sorted, in pieces of about `runKeys`: the first one asks for a pass over all keys, each one for a sort of its own. The map must
 * not change meanwhile.
 */
export function* sortedRuns<V>(map: ReadonlyMap<string, V>, runKeys: number): Generator<[string, V][]> {
  for (const part of parts(map, Math.ceil(map.size / runKeys))) yield part.sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The keys of each part lie before those of the next one. */
function parts<V>(map: ReadonlyMap<string, V>, count: number): [string, V][][] {
  if (count <= 1) return map.size === 0 ? [] : [[...map]];
  const bounds = boundsOf(map, count);
  const found: [string, V][][] = Array.from({ length: count }, () => []);
  for (const entry of map) (found[partOf(bounds, entry[0])] as [string, V][]).push(entry);
  return found;
}

/** `count` - 1 keys that part the others about equally. */
function boundsOf(map: ReadonlyMap<string, unknown>, count: number): string[] {
  const step = Math.max(1, Math.floor(map.size / (count * SAMPLE_KEYS)));
  let at = 0;
  const sample = [...map.keys()].filter(() => at++ % step === 0).sort((one, other) => (one < other ? -1 : 1));
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
