/**
 * When and how a log file is rotated: decisions alone. A file is rotated at the end of the line with which it reaches
 * its size. Files are numbered: 0 is the live one (`out.log`), 1 the newest rotated one (`out.log.1`), and so on.
 */

/** A line that goes on for this long after the file reached its size is split, in bytes: what one look into a pipe shows. */
export const LINE_SPLIT_BYTES = 65_536;

/** What the pump does next with a stream. */
export type NextMove =
  /** Move up to this many bytes. */
  | { readonly kind: "move"; readonly bytes: number }
  /** The size is reached in the middle of a line: move the rest of this line, and no more. */
  | { readonly kind: "finish-line" }
  | { readonly kind: "rotate" };

/** Decides the next move for a live file of `sizeBytes`. `endsLine` is asked only when the size is reached: does the file end with a line's end? */
export function nextMove(sizeBytes: number, maxSizeBytes: number, chunkBytes: number, endsLine: () => boolean): NextMove {
  if (sizeBytes < maxSizeBytes) return { kind: "move", bytes: Math.min(chunkBytes, maxSizeBytes - sizeBytes) };
  if (sizeBytes === 0) return { kind: "finish-line" };
  if (sizeBytes - maxSizeBytes >= LINE_SPLIT_BYTES || endsLine()) return { kind: "rotate" };
  return { kind: "finish-line" };
}

/** One step of a rotation: number `from` becomes number `to`. */
export interface Shift {
  readonly from: number;
  readonly to: number;
}

/** What a rotation does, in this order: the removals, then the shifts. A crash between any two steps leaves a gap in the numbers, which the next rotation fills. */
export interface Rotation {
  readonly remove: readonly number[];
  readonly shifts: readonly Shift[];
}

/** Plans the rotation of the live file. `present` are the numbers (1 and up) of the rotated files that exist. */
export function planRotation(present: ReadonlySet<number>, maxFiles: number): Rotation {
  const tooMany = [...present].filter((number) => number > maxFiles);
  if (maxFiles === 0) return { remove: [...tooMany, 0], shifts: [] };
  let free = 1;
  while (free < maxFiles && present.has(free)) free++;
  const shifts = Array.from({ length: free }, (_, i) => ({ from: free - 1 - i, to: free - i }));
  return { remove: present.has(free) ? [...tooMany, free] : tooMany, shifts };
}

/**
 * A shift renames the log first, then its index. This finds the shift that a crash left between the two: an index
 * without its log, beside the log that has lost its index. Null when there is none.
 */
export function interruptedShift(logs: ReadonlySet<number>, indexes: ReadonlySet<number>): Shift | null {
  for (const from of indexes) {
    if (!logs.has(from) && logs.has(from + 1) && !indexes.has(from + 1)) return { from, to: from + 1 };
  }
  return null;
}
