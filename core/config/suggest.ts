/** The candidate that was most likely meant: equal but for case and punctuation, or at most a third of its letters away. Null when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const folded = fold(word);
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = fold(candidate);
    const distance = distanceBetween(folded, other);
    const near = distance <= Math.max(1, Math.floor(Math.max(folded.length, other.length) / 3));
    if (near && distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function fold(word: string): string {
  return word
    .slice(0, WORD_LENGTH_MAX)
    .toLowerCase()
    .replace(/[-_. ]/g, "");
}

/** Longer words are compared by their first 64 characters: the comparison is quadratic. */
const WORD_LENGTH_MAX = 64;

/** Optimal string alignment: insertions, deletions, replacements, and neighbours exchanged, each counted one. */
function distanceBetween(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replace, at(previous, j) + 1, at(current, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, at(older, j - 2) + 1);
      current.push(cost);
    }
    [older, previous] = [previous, current];
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
