/**
 * SQLite's byte-range locks, passed on to the system as open-file-description locks (fcntl(2), Linux 3.15): they conflict
 * with the locks of any other SQLite program, and, unlike classic ones, are not lost when another descriptor of the same
 * file is closed in this process. Without FFI, and on systems without such locks, there are none: see `lock-directory.ts`.
 */
import { type Libc, openLibc } from "../../system/native.ts";
import type { Heap } from "./heap.ts";

/** From linux/fcntl.h. */
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_UNLCK = 2;
/** `struct flock` has one layout in the 32-bit module and on 64-bit Linux: type 0, whence 2, start 8, length 16, pid 24. */
const FLOCK_BYTES = 32;
const PID_OFFSET = 24;
/** From errno.h: the two answers that mean "held by somebody else". */
const HELD = [11, 13];

export interface RangeLocks {
  /** Sets or clears the lock described by the `struct flock` at `pointer`: "done", "held" by another, or "failed". */
  set(fd: number, heap: Heap, pointer: number): "done" | "held" | "failed";
  /** Writes into the `struct flock` at `pointer` who would be in the way, or that nobody would. */
  test(fd: number, heap: Heap, pointer: number): boolean;
}

/** The system's locks, or null where they cannot be had. */
export function openRangeLocks(): RangeLocks | null {
  if (process.platform !== "linux") return null;
  const libc = openLibc({ fcntl: { args: ["i32", "i32", "ptr"], returns: "i32" } });
  return libc && new SystemLocks(libc);
}

class SystemLocks implements RangeLocks {
  private readonly libc: Libc<"fcntl">;
  private readonly flock = Buffer.alloc(FLOCK_BYTES);
  private readonly address: number;

  constructor(libc: Libc<"fcntl">) {
    this.libc = libc;
    this.address = libc.pointer(this.flock);
  }

  set(fd: number, heap: Heap, pointer: number): "done" | "held" | "failed" {
    this.load(heap, pointer);
    if (this.libc.call.fcntl(fd, F_OFD_SETLK, this.address) === 0) return "done";
    return HELD.includes(this.libc.errno()) ? "held" : "failed";
  }

  test(fd: number, heap: Heap, pointer: number): boolean {
    this.load(heap, pointer);
    if (this.libc.call.fcntl(fd, F_OFD_GETLK, this.address) !== 0) return false;
    this.flock.copy(heap.bytes, pointer);
    return true;
  }

  private load(heap: Heap, pointer: number): void {
    heap.bytes.copy(this.flock, 0, pointer, pointer + FLOCK_BYTES);
    // The kernel refuses an open-file-description lock whose pid is not 0.
    this.flock.writeInt32LE(0, PID_OFFSET);
  }
}

/** Answers in the `struct flock` at `pointer` that no lock is in the way. */
export function writeUnlocked(heap: Heap, pointer: number): void {
  heap.view.setInt16(pointer, F_UNLCK, true);
}
