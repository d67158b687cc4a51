/**
 * SQLite's file calls on real files: the part of the module's imports that sql.js answers from memory, answered by `node:fs`, and reads and writes by the C library.
 * Layouts and numbers are those of Emscripten's C library (musl), which `sql-wasm-debug.wasm` is linked with.
 */
import * as fs from "node:fs";
import { EACCES, EAGAIN, EBADF, EINVAL, EIO, ENOENT, ENOSYS, errnoOf, errorName } from "./errno.ts";
import type { Heap } from "./heap.ts";
import { type RangeLocks, writeUnlocked } from "./locks.ts";
import type { Names } from "./names.ts";
import { writeStat } from "./stat.ts";
import { readAt, type Transfer, writeAt } from "./transfers.ts";

/** Open flags of musl and the system's own for each. */
const OPEN_FLAGS: readonly (readonly [number, number])[] = [
  [0o1, fs.constants.O_WRONLY],
  [0o2, fs.constants.O_RDWR],
  [0o100, fs.constants.O_CREAT],
  [0o200, fs.constants.O_EXCL],
  [0o1000, fs.constants.O_TRUNC],
];
/** Commands of fcntl in Emscripten's musl. */
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETLK = 12;
const F_SETLK = 13;
const SEEK_SET = 0;
const SEEK_CUR = 1;
/** A database is its owner's only: it may hold what people would not show to others. */
const FILE_MODE = 0o600;

interface OpenFile {
  readonly path: string;
  readonly isDirectory: boolean;
  position: number;
}

/** What the system said when it refused a call. */
export interface FileFailure {
  /** E.g. `ENOSPC`. */
  readonly name: string;
  readonly path: string;
}

export class Files {
  /** The system's last refusal since it was last cleared, to tell people why SQLite failed. */
  failure: FileFailure | null = null;
  private readonly open = new Map<number, OpenFile>();
  private readonly heap: Heap;
  private readonly names: Names;
  private readonly locks: RangeLocks | null;

  constructor(heap: Heap, names: Names, locks: RangeLocks | null) {
    this.heap = heap;
    this.names = names;
    this.locks = locks;
  }

  /** The calls by the names under which the module imports them from `env`. */
  syscalls(): Record<string, (...args: never[]) => number> {
    return {
      __syscall_openat: (_dir: number, path: number, flags: number, rest: number) => this.openAt(path, flags, rest),
      __syscall_stat64: (path: number, out: number) => this.stat(path, out),
      __syscall_lstat64: (path: number, out: number) => this.stat(path, out),
      __syscall_newfstatat: (_dir: number, path: number, out: number) => this.stat(path, out),
      __syscall_fstat64: (fd: number, out: number) =>
        this.onFile(fd, () => writeStat(this.heap.view, out, fs.fstatSync(fd, { bigint: true }))),
      __syscall_ftruncate64: (fd: number, size: bigint) => this.onFile(fd, () => fs.ftruncateSync(fd, Number(size))),
      __syscall_fchmod: (fd: number, mode: number) => this.onFile(fd, () => fs.fchmodSync(fd, mode)),
      __syscall_fchown32: (fd: number, user: number, group: number) => this.onFile(fd, () => fs.fchownSync(fd, user, group)),
      __syscall_fcntl64: (fd: number, command: number, rest: number) => this.control(fd, command, rest),
      __syscall_faccessat: (_dir: number, path: number, mode: number) => this.onPath(path, (real) => fs.accessSync(real, mode)),
      __syscall_unlinkat: (_dir: number, path: number) => this.onPath(path, (real) => fs.unlinkSync(real)),
      // SQLite's other locking styles and memory mapping, which nobody asks for.
      __syscall_chmod: () => -ENOSYS,
      __syscall_mkdirat: () => -ENOSYS,
      __syscall_rmdir: () => -ENOSYS,
      __syscall_utimensat: () => -ENOSYS,
      // Names lead to files, never to links: see names.ts.
      __syscall_readlinkat: () => -EINVAL,
      // All names are absolute.
      __syscall_getcwd: () => -ENOENT,
      _mmap_js: () => -ENOSYS,
      _munmap_js: () => -ENOSYS,
    };
  }

  /** The calls by the names under which the module imports them from `wasi_snapshot_preview1`; these give errors as positive numbers. */
  wasi(): Record<string, (...args: never[]) => number> {
    return {
      fd_read: (fd: number, vectors: number, count: number, done: number) => -this.transfer(readAt, fd, vectors, count, done),
      fd_write: (fd: number, vectors: number, count: number, done: number) => -this.transfer(writeAt, fd, vectors, count, done),
      fd_seek: (fd: number, offset: bigint, whence: number, out: number) => -this.seek(fd, Number(offset), whence, out),
      fd_sync: (fd: number) => -this.sync(fd),
      fd_close: (fd: number) => -this.close(fd),
      fd_fdstat_get: () => EBADF,
    };
  }

  /** Closes all, and with them ends all locks: for when SQLite can no longer be trusted to do it. */
  abandon(): void {
    for (const fd of this.open.keys()) fs.closeSync(fd);
    this.open.clear();
  }

  private openAt(pathPointer: number, flags: number, rest: number): number {
    const name = this.heap.text(pathPointer);
    const real = this.names.resolve(name);
    if (real === undefined) return -EACCES;
    // The database itself is asked for with SQLite's default mode; its companions with the mode that the database has.
    const mode = name.endsWith("/db") ? FILE_MODE : (this.heap.i32[rest >> 2] as number);
    return this.guard(real, () => {
      const fd = fs.openSync(real, systemFlags(flags), mode);
      this.open.set(fd, { path: real, isDirectory: this.names.isFolder(name), position: 0 });
      return fd;
    });
  }

  private stat(pathPointer: number, out: number): number {
    return this.onPath(pathPointer, (real) => writeStat(this.heap.view, out, fs.statSync(real, { bigint: true })));
  }

  /** Reads or writes each buffer of a scatter list in turn; stops at the first that was not filled. */
  private transfer(call: Transfer, fd: number, vectors: number, count: number, done: number): number {
    return this.onFile(fd, (file) => {
      const { bytes, i32 } = this.heap;
      let total = 0;
      for (let index = vectors >> 2; index < (vectors >> 2) + 2 * count; index += 2) {
        const length = i32[index + 1] as number;
        const moved = call(fd, bytes, i32[index] as number, length, file.position);
        file.position += moved;
        total += moved;
        if (moved < length) break;
      }
      i32[done >> 2] = total;
    });
  }

  private seek(fd: number, offset: number, whence: number, out: number): number {
    return this.onFile(fd, (file) => {
      const from = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? file.position : fs.fstatSync(fd).size;
      file.position = from + offset;
      this.heap.view.setBigInt64(out, BigInt(file.position), true);
    });
  }

  private sync(fd: number): number {
    // fdatasync also writes the size (fdatasync(2)), which is all that a reader of the file needs; a folder needs the full one.
    return this.onFile(fd, (file) => (file.isDirectory ? fs.fsyncSync(fd) : fs.fdatasyncSync(fd)));
  }

  private close(fd: number): number {
    return this.onFile(fd, () => {
      this.open.delete(fd);
      fs.closeSync(fd);
    });
  }

  private control(fd: number, command: number, rest: number): number {
    if (!this.open.has(fd)) return -EBADF;
    // node:fs opens every file close-on-exec.
    if (command === F_GETFD || command === F_SETFD) return 0;
    if (command !== F_GETLK && command !== F_SETLK) return -EINVAL;
    return this.lock(fd, command, this.heap.i32[rest >> 2] as number);
  }

  private lock(fd: number, command: number, flock: number): number {
    if (!this.locks) {
      if (command === F_GETLK) writeUnlocked(this.heap, flock);
      return 0;
    }
    if (command === F_GETLK) return this.locks.test(fd, this.heap, flock) ? 0 : -EIO;
    const answer = this.locks.set(fd, this.heap, flock);
    return answer === "done" ? 0 : answer === "held" ? -EAGAIN : -EIO;
  }

  private onPath(pathPointer: number, work: (real: string) => void): number {
    const real = this.names.resolve(this.heap.text(pathPointer));
    if (real === undefined) return -ENOENT;
    return this.guard(real, () => {
      work(real);
      return 0;
    });
  }

  private onFile(fd: number, work: (file: OpenFile) => void): number {
    const file = this.open.get(fd);
    if (!file) return -EBADF;
    return this.guard(file.path, () => {
      work(file);
      return 0;
    });
  }

  private guard(path: string, work: () => number): number {
    try {
      return work();
    } catch (error) {
      // SQLite asks for files that may be absent as a matter of course.
      if (errorName(error) !== "ENOENT") this.failure = { name: errorName(error), path };
      return -errnoOf(error);
    }
  }
}

function systemFlags(flags: number): number {
  return OPEN_FLAGS.reduce((system, [musl, own]) => (flags & musl ? system | own : system), 0);
}
