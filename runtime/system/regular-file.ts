import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";

/** What a path has: a file's bytes, or why it is none to be read whole. */
export type RegularFile =
  | { readonly kind: "read"; readonly stats: Stats; readonly bytes: Buffer }
  /** `special`: a pipe, a socket or a device. */
  | { readonly kind: "directory" | "special"; readonly stats: Stats }
  /** `atLeastBytes`: its size, or how much was read of one whose size says nothing. */
  | { readonly kind: "large"; readonly stats: Stats; readonly atLeastBytes: number };

/** So much is asked for at a time, in bytes. */
const PIECE_BYTES = 64 * 1024;

/**
 * Reads a whole file of at most `bytesMax` bytes. This is the one way to a file that somebody else put there: a pipe is never opened, for that would wait for who
 * writes into it, or wake them; the kind is looked at again behind the open, and the limit holds for what is read, whatever size the system tells.
 * Throws the system's error for what cannot be opened or read.
 */
export function readRegularFile(path: string, bytesMax: number): RegularFile {
  const unfit = unfitness(statSync(path), bytesMax);
  if (unfit) return unfit;
  // It may be another by now: without O_NONBLOCK, the open of a pipe would wait.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    return unfitness(stats, bytesMax) ?? readOpen(fd, stats, bytesMax);
  } finally {
    closeSync(fd);
  }
}

function unfitness(stats: Stats, bytesMax: number): RegularFile | null {
  if (stats.isDirectory()) return { kind: "directory", stats };
  if (!stats.isFile()) return { kind: "special", stats };
  return stats.size > bytesMax ? { kind: "large", stats, atLeastBytes: stats.size } : null;
}

function readOpen(fd: number, stats: Stats, bytesMax: number): RegularFile {
  const pieces: Buffer[] = [];
  for (let sum = 0; ; ) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytesMax - sum + 1));
    const length = readSync(fd, piece, 0, piece.length, null);
    if (length === 0) return { kind: "read", stats, bytes: Buffer.concat(pieces) };
    pieces.push(piece.subarray(0, length));
    sum += length;
    if (sum > bytesMax) return { kind: "large", stats, atLeastBytes: sum };
  }
}
