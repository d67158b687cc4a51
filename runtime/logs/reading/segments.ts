/** One file of a stream, opened: it stays readable whatever is renamed or removed meanwhile. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { gzipPath, indexPath, listFiles, logPath } from "../file-set.ts";
import { FileIndex } from "./file-index.ts";

/** An index follows its log within a rotation: so often it is looked for again, so many milliseconds apart. */
const INDEX_TRIES = 3;
const INDEX_PAUSE_MS = 5;

export interface Segment {
  /** Its number when it was opened: 0 is the live file. */
  readonly number: number;
  readonly handle: FileHandle;
  readonly gzip: boolean;
  readonly inode: number;
  /** Of the file as it lies there, compressed or not. */
  readonly bytes: number;
  readonly changed: Date;
  /** Null when times are not known. */
  readonly index: FileIndex | null;
}

/** Opens all files of a stream, the oldest first; none when there are none. */
export async function openSegments(file: string): Promise<Segment[]> {
  const { plain, gzip } = listFiles(file);
  // Rotation only moves files to higher numbers: whoever goes up misses none, but may meet one twice.
  const last = Math.max(-1, ...plain, ...gzip) + 1;
  const found: Segment[] = [];
  for (let number = 0; number <= last; number++) {
    const segment = await openSegment(file, number);
    if (segment && found.some((other) => sameFile(other, segment))) await closeSegment(segment);
    else if (segment) found.push(segment);
  }
  return found.reverse();
}

/** Opens the file with this number; null when there is none. Throws PERMISSION_DENIED. */
export async function openSegment(file: string, number: number): Promise<Segment | null> {
  for (const path of [logPath(file, number), ...(number > 0 ? [gzipPath(file, number)] : [])]) {
    const handle = await openOrNull(path);
    if (handle) return describe(file, number, handle, path !== logPath(file, number));
  }
  return null;
}

export async function closeSegment(segment: Segment): Promise<void> {
  segment.index?.close();
  await segment.handle.close();
}

/** Of a segment that was opened before its index was made: the same with the index, if there is one by now. */
export async function withIndex(file: string, segment: Segment): Promise<Segment> {
  return { ...segment, index: await openIndex(file, segment.number, segment.inode, segment.gzip) };
}

/** Compressing makes another file of the same content: its sequence number stays. */
function sameFile(one: Segment, other: Segment): boolean {
  return one.inode === other.inode || (one.index !== null && one.index.sequence === other.index?.sequence);
}

async function describe(file: string, number: number, handle: FileHandle, gzip: boolean): Promise<Segment> {
  const { ino, size, mtime } = await handle.stat();
  return { number, handle, gzip, inode: ino, bytes: size, changed: mtime, index: await openIndex(file, number, ino, gzip) };
}

async function openIndex(file: string, number: number, inode: number, gzip: boolean): Promise<FileIndex | null> {
  for (let tries = 0; tries < INDEX_TRIES; tries++) {
    if (tries > 0) await pause(INDEX_PAUSE_MS);
    const index = FileIndex.open(indexPath(file, number));
    if (index && (await inodeAt(gzip ? gzipPath(file, number) : logPath(file, number))) === inode) return index;
    index?.close();
    // A log that never had an index is not waited for.
    if (!index && listFiles(file).indexes.size === 0) return null;
  }
  return null;
}

/** The inode number of the file at `path`; null when there is none. */
export async function inodeAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).ino;
  } catch {
    return null;
  }
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    if (code === "EACCES")
      throw new GhostError("PERMISSION_DENIED", `cannot read ${path}: permission denied`, {
        hint: "logs belong to the user that runs the daemon",
      });
    throw new GhostError("FAILED", `cannot read ${path}: ${message}`, { cause: error });
  }
}
