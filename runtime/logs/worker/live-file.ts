/** The log file that is being written, its index beside it, and their rotation. Calls may block on the disk: that is what the pump's own thread is for. */
import { closeSync, constants, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { indexPath, listFiles, rotateFiles } from "../file-set.ts";
import { LOG_MODE } from "../log-mode.ts";
import { IndexFile, sequenceOf } from "./index-file.ts";

/** How far back the beginning of an unfinished line is looked for, in bytes. */
const LINE_LOOK_BACK_BYTES = 65_536;
const NEWLINE = 10;

/** Tells inode and size of the file at a path; false when there is none. Shared by many. */
export interface FileLook {
  look(path: string): boolean;
  readonly size: number;
  readonly inode: number;
}

export class LiveFile {
  readonly path: string;
  readonly #look: FileLook;
  #fd = -1;
  #inode = -1;
  #index: IndexFile | null = null;
  /** What was closed because it is gone by its name: the sequence number of its index. */
  #released: { readonly sequence: number | null } | null = null;

  constructor(path: string, look: FileLook) {
    this.path = path;
    this.#look = look;
  }

  /** To write to at the offset that `size` gave; -1 before the first `size`. Never open for appending: splice(2) refuses that. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * The file's size, which is where the next bytes go. A file that was removed or replaced by another is opened (and
   * made) again first. Throws what the system says when that cannot be done.
   */
  size(): number {
    return this.#isInPlace() ? this.#look.size : this.#open();
  }

  /** Closes a file that was removed or replaced: as long as it is open its room is taken, and a full disk stays full. The next `size` opens another. */
  releaseRemoved(): void {
    if (this.#fd === -1 || this.#isInPlace()) return;
    const sequence = this.#index?.sequence ?? null;
    this.close();
    this.#released = { sequence };
  }

  /** Says in the index that what comes at `offset` arrives at `timeMs`. */
  mark(offset: number, timeMs: number): void {
    this.#index?.mark(offset, timeMs);
  }

  /** Says in the index that bytes are missing at `offset`; false when that could not be written. */
  gap(offset: number, droppedBytes: number): boolean {
    return this.#index?.gap(offset, droppedBytes) ?? false;
  }

  /** True when the last of `size` bytes ends a line. */
  endsLine(size: number): boolean {
    const last = new Uint8Array(1);
    return readSync(this.#fd, last, 0, 1, size - 1) === 1 && last[0] === NEWLINE;
  }

  /** Cuts off an unfinished last line, so that what follows a gap does not join it; gives how many bytes that were. */
  cutUnfinishedLine(): number {
    const { size } = fstatSync(this.#fd);
    const tail = new Uint8Array(Math.min(size, LINE_LOOK_BACK_BYTES));
    readSync(this.#fd, tail, 0, tail.length, size - tail.length);
    const unfinished = tail.length - 1 - tail.lastIndexOf(NEWLINE);
    if (unfinished === 0 || (unfinished === tail.length && size > tail.length)) return 0;
    ftruncateSync(this.#fd, size - unfinished);
    return unfinished;
  }

  /** Rotates, and opens a new live file; gives the inode of the file that was the live one. */
  rotate(maxFiles: number): number {
    const rotated = this.#inode;
    this.close();
    rotateFiles(this.path, maxFiles);
    this.#open();
    return rotated;
  }

  /** Opens the index again, which could not be written while the disk was full. */
  reopenIndex(): void {
    const size = this.size();
    const sequence = this.#index?.sequence ?? 1;
    this.#index?.close();
    this.#index = new IndexFile(indexPath(this.path, 0), size, () => sequence);
  }

  close(): void {
    if (this.#fd !== -1) closeSync(this.#fd);
    this.#fd = -1;
    this.#index?.close();
    this.#index = null;
  }

  #isInPlace(): boolean {
    return this.#fd !== -1 && this.#look.look(this.path) && this.#look.inode === this.#inode;
  }

  #open(): number {
    const replaced = this.#fd !== -1 || this.#released !== null;
    const sequenceBefore = this.#index?.sequence ?? this.#released?.sequence ?? null;
    this.close();
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const next = () => (sequenceBefore ?? newestSequence(this.path)) + 1;
    // The index is made before its log: whoever meets the log finds it.
    const bytesBefore = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    this.#index = new IndexFile(indexPath(this.path, 0), bytesBefore, next);
    // The old index still lies there when only the log was removed or replaced.
    if (replaced && this.#index.sequence === sequenceBefore) this.#index.begin(next());
    this.#fd = openSync(this.path, constants.O_RDWR | constants.O_CREAT, LOG_MODE);
    const { size, ino } = fstatSync(this.#fd);
    this.#inode = ino;
    this.#released = null;
    return size;
  }
}

/** The highest sequence number among the rotated files; 0 when there is none. */
function newestSequence(path: string): number {
  return Math.max(0, ...[...listFiles(path).indexes].map((number) => sequenceOf(indexPath(path, number)) ?? 0));
}
