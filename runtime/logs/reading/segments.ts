/** One file of a stream: it stays readable whatever is renamed meanwhile and, while it is open, whatever is removed. */
import { statSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { gzipPath, indexPath, inodeOf, listFiles, logPath, numberOfInode, numbersUpward } from "../file-set.ts";
import { FileIndex } from "./file-index.ts";
import type { OpenFiles, Parkable } from "./open-files.ts";

/** An index follows its log within a rotation: so often it is looked for again, so many milliseconds apart. */
const INDEX_TRIES = 3;
const INDEX_PAUSE_MS = 5;
/** A file can be compressed, and so be another one, between its opening and the look for its index: so often it is opened anew. */
const OPEN_TRIES = 5;

/** Thrown where a segment was removed while it was parked. */
export class SegmentGone extends Error {
  override readonly name = "SegmentGone";
}

interface Opened {
  readonly number: number;
  readonly handle: FileHandle;
  readonly gzip: boolean;
  readonly inode: number;
  readonly bytes: number;
  readonly changed: Date;
  readonly index: FileIndex | null;
}

export class Segment implements Parkable {
  /** When it was opened first, of the file as it lies there, compressed or not. */
  readonly bytes: number;
  readonly changed: Date;
  readonly #file: string;
  readonly #files: OpenFiles;
  #handle: FileHandle | null;
  #number: number;
  #gzip: boolean;
  #inode: number;
  #isClosed = false;
  /** When it was changed last, as of its parking; null while it is open. */
  #parkedMtimeMs: number | null = null;
  #index: FileIndex | null;

  constructor(file: string, files: OpenFiles, { number, handle, gzip, inode, bytes, changed, index }: Opened) {
    this.#file = file;
    this.#files = files;
    this.#handle = handle;
    this.#number = number;
    this.#gzip = gzip;
    this.#inode = inode;
    this.bytes = bytes;
    this.changed = changed;
    this.#index = index;
  }

  /** Null when times are not known. To be used within `use`. */
  get index(): FileIndex | null {
    return this.#index;
  }

  /** A file that was met as it was made may have got its index since. To be called within `use`. */
  async seekIndex(): Promise<void> {
    this.#index ??= (await openIndex(this.#file, this.#number, this.#inode, this.#gzip)).index;
  }

  /** The open file, within `use`. */
  get handle(): FileHandle {
    if (this.#handle) return this.#handle;
    throw new Error("a log file is read that is not open");
  }

  /** May become true while it is parked. */
  get gzip(): boolean {
    return this.#gzip;
  }

  get inode(): number {
    return this.#inode;
  }

  /** Whether it is parked, and the live file has not changed since: then it need not be opened. `position`: where it was read to. */
  isUnchanged(position: number): boolean {
    if (this.#parkedMtimeMs === null || this.#gzip) return false;
    // Inodes are used again within milliseconds: the time of change tells a new file from the old one.
    const live = statSync(this.#file, { throwIfNoEntry: false });
    return live?.ino === this.#inode && live.size === position && live.mtimeMs === this.#parkedMtimeMs;
  }

  /** Does `work` while the file is open. Throws SegmentGone. */
  use<T>(work: () => Promise<T>): Promise<T> {
    return this.#files.use(this, async () => {
      // A compressed file may be read ahead when its reader has gone.
      if (this.#isClosed) throw new SegmentGone("a log file is read that was closed");
      if (this.#handle === null) this.#resume(await this.#find());
      return work();
    });
  }

  async park(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    this.index?.park();
    if (!handle) return;
    this.#parkedMtimeMs = (await handle.stat()).mtimeMs;
    await handle.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.park();
    this.#files.forget(this);
  }

  #resume({ number, handle, gzip, inode, index }: Opened): void {
    this.#handle = handle;
    this.#parkedMtimeMs = null;
    this.#number = number;
    this.#gzip = gzip;
    this.#inode = inode;
    if (index) this.index?.resume(index);
    index?.park();
  }

  /** Upwards from where it was last: rotation only moves files to higher numbers. */
  async #find(): Promise<Opened> {
    for (const number of numbersUpward(this.#file, this.#number)) {
      const opened = await openFile(this.#file, number);
      if (opened && this.#isThis(opened)) return opened;
      if (opened) await closeOpened(opened);
    }
    throw new SegmentGone(`a log file beside ${this.#file} was removed`);
  }

  /** Inodes are used again: where there are sequence numbers, they alone tell. */
  #isThis({ inode, gzip, index, bytes }: Opened): boolean {
    if (this.index && index) return this.index.sequence === index.sequence;
    return inode === this.#inode && gzip === this.#gzip && (this.#number === 0 || bytes >= this.bytes);
  }
}

/** Opens all files of a stream, the oldest first; none when there are none. Those that find no place are parked again. */
export async function openSegments(file: string, files: OpenFiles): Promise<Segment[]> {
  // Rotation only moves files to higher numbers: whoever goes up misses none, but may meet one twice.
  const found: Segment[] = [];
  for (const number of numbersUpward(file)) {
    const segment = await openSegment(file, number, files);
    if (segment && found.some((other) => sameFile(other, segment))) await segment.close();
    else if (segment) found.push(segment);
  }
  return found.reverse();
}

/** Opens the file with this number; null when there is none. Throws PERMISSION_DENIED. */
export function openSegment(file: string, number: number, files: OpenFiles): Promise<Segment | null> {
  return files.open(async () => {
    const opened = await openFile(file, number);
    return opened && new Segment(file, files, opened);
  });
}

/** Compressing makes another file of the same content: its sequence number stays. */
function sameFile(one: Segment, other: Segment): boolean {
  return one.inode === other.inode || (one.index !== null && one.index.sequence === other.index?.sequence);
}

/** Opens what lies at this number, with its index unless it has none. */
async function openFile(file: string, number: number): Promise<Opened | null> {
  for (let tries = 1; ; tries++) {
    const found = (await openEither(file, number)) ?? (await openEither(file, number));
    if (!found) return null;
    const { handle, gzip } = found;
    const { ino, size, mtime } = await handle.stat();
    const { index, isGone } = await openIndex(file, number, ino, gzip);
    if (!isGone || tries === OPEN_TRIES) return { number, handle, gzip, inode: ino, bytes: size, changed: mtime, index };
    await handle.close();
  }
}

/** To be done twice before nothing is believed: a plain file may arrive between the two looks, and be compressed soon after. */
async function openEither(file: string, number: number): Promise<Pick<Opened, "handle" | "gzip"> | null> {
  const plain = await openOrNull(logPath(file, number));
  if (plain || number === 0) return plain && { handle: plain, gzip: false };
  const compressed = await openOrNull(gzipPath(file, number));
  return compressed && { handle: compressed, gzip: true };
}

async function closeOpened({ handle, index }: Opened): Promise<void> {
  index?.park();
  await handle.close();
}

interface FoundIndex {
  readonly index: FileIndex | null;
  /** The log itself lies there no more: it was removed, or replaced by a compressed one. */
  readonly isGone: boolean;
}

/** The index of the log that was at `number` and may have moved on since. */
async function openIndex(file: string, number: number, inode: number, gzip: boolean): Promise<FoundIndex> {
  let at: number | null = number;
  for (let tries = 0; tries < INDEX_TRIES && at !== null; tries++) {
    if (tries > 0) await pause(INDEX_PAUSE_MS);
    const index = indexAt(file, at, inode, gzip);
    // A log that never had an index is not waited for.
    if (index || listFiles(file).indexes.size === 0) return { index, isGone: false };
    at = numberOfInode(file, inode, gzip);
    const moved = at === null ? null : indexAt(file, at, inode, gzip);
    if (moved) return { index: moved, isGone: false };
  }
  return { index: null, isGone: at === null };
}

/** The log arrives at a number before its index, and leaves before it: what lies there together belongs together, when the log is looked at last. */
function indexAt(file: string, number: number, inode: number, gzip: boolean): FileIndex | null {
  const index = FileIndex.open(indexPath(file, number));
  if (index && inodeOf(file, number, gzip) === inode) return index;
  index?.park();
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
