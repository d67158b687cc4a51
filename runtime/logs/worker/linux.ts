/** What the pump's thread asks of Linux: the system calls, their constants, and their structures as arrays. */
import { EPOLL_SIGNATURES } from "../../system/epoll.ts";
import { type Libc, openLibc } from "../../system/native.ts";

const SIGNATURES = {
  ...EPOLL_SIGNATURES,
  eventfd: { args: ["u32", "i32"], returns: "i32" },
  splice: { args: ["i32", "ptr", "i32", "ptr", "u64", "u32"], returns: "i32" },
  tee: { args: ["i32", "i32", "u64", "u32"], returns: "i32" },
  pipe2: { args: ["ptr", "i32"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "u64"], returns: "i32" },
  ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" },
  read: { args: ["i32", "ptr", "u64"], returns: "i32" },
  pwrite: { args: ["i32", "ptr", "u64", "u64"], returns: "i32" },
  statx: { args: ["i32", "ptr", "i32", "u32", "ptr"], returns: "i32" },
  syscall: { args: ["i64", "i64", "i64"], returns: "i64" },
  waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
} as const;

export type PumpLibc = Libc<keyof typeof SIGNATURES>;

/** The functions of the C library that the pump needs; null where they cannot be had (no FFI, no Linux, an old libc). */
export function openPumpLibc(): PumpLibc | null {
  return process.platform === "linux" ? openLibc(SIGNATURES) : null;
}

export const EAGAIN = 11;
export const EINTR = 4;
export const EINVAL = 22;
export const ENOSPC = 28;

const CLOEXEC = 0o2000000;
const NONBLOCK = 0o4000;

export const SPLICE_F_NONBLOCK = 2;
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;
const FIONREAD = 0x541b;
const PIDFD_OPEN = 434;
const F_DUPFD_CLOEXEC = 1030;

/** The longest path that Linux takes, in bytes. */
const PATH_BYTES_MAX = 4096;

/** Asks for files by their path: where they are now, not where they were opened. One serves all streams of a thread. */
export class PathStat {
  readonly #libc: PumpLibc;
  readonly #path = Buffer.alloc(PATH_BYTES_MAX);
  /** `struct statx` has the same layout on every machine: 256 bytes. */
  readonly #result = new Uint32Array(64);

  constructor(libc: PumpLibc) {
    this.#libc = libc;
  }

  /** Looks at `path`; false when there is no such file (or it cannot be reached). */
  look(path: string): boolean {
    this.#path[this.#path.write(path, 0, PATH_BYTES_MAX - 1)] = 0;
    return this.#libc.call.statx(AT_FDCWD, this.#path, 0, STATX_INO_AND_SIZE, this.#result) === 0;
  }

  /** The file's size at the last look. */
  get size(): number {
    return (this.#result[10] ?? 0) + (this.#result[11] ?? 0) * 2 ** 32;
  }

  /** Its inode number at the last look. */
  get inode(): number {
    return (this.#result[8] ?? 0) + (this.#result[9] ?? 0) * 2 ** 32;
  }
}

const AT_FDCWD = -100;
const STATX_INO_AND_SIZE = 0x100 | 0x200;

/** An eventfd, by which another thread wakes this one. */
export function openEventFd(libc: PumpLibc): number {
  return libc.call.eventfd(0, CLOEXEC | NONBLOCK);
}

/** A pipe that neither blocks nor is inherited: [reading end, writing end]. */
export function openPipe(libc: PumpLibc): [number, number] {
  const ends = new Int32Array(2);
  libc.call.pipe2(ends, CLOEXEC | NONBLOCK);
  return [ends[0] ?? -1, ends[1] ?? -1];
}

/** Bytes that wait in a pipe. */
export function pendingBytes(libc: PumpLibc, fd: number): number {
  const count = new Int32Array(1);
  return libc.call.ioctl(fd, FIONREAD, count) === 0 ? (count[0] ?? 0) : 0;
}

/** How much a pipe holds, in bytes. */
export function pipeSize(libc: PumpLibc, fd: number): number {
  return libc.call.fcntl(fd, F_GETPIPE_SZ, 0);
}

/** Asks for a pipe of `bytes`; false when the user's share of pipe memory is spent or more than that waits in it. */
export function resizePipe(libc: PumpLibc, fd: number, bytes: number): boolean {
  return libc.call.fcntl(fd, F_SETPIPE_SZ, bytes) > 0;
}

/** A descriptor that tells when process `pid` ends; -1 when there is no such process. */
export function openPidFd(libc: PumpLibc, pid: number): number {
  return Number(libc.call.syscall(PIDFD_OPEN, pid, 0));
}

/** Another descriptor of the same file, not inherited; -1 when there is no room for it. */
export function duplicate(libc: PumpLibc, fd: number): number {
  return libc.call.fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

const PIDFD_GET_INFO = 0xc040ff0b;
const PIDFD_INFO_EXIT = 8;
const WNOHANG = 1;

/**
 * The wait status of the process behind a pidfd: reaped here if it is a child of ours, else asked of the kernel, which
 * tells it once somebody has reaped the process (Linux 6.15). Null when it is not to be had (yet).
 */
export function exitStatus(libc: PumpLibc, pid: number, pidfd: number): number | null {
  const status = new Int32Array(1);
  if (libc.call.waitpid(pid, status, WNOHANG) === pid) return status[0] ?? 0;
  // struct pidfd_info of 64 bytes: the mask first, the exit code last.
  const info = new Int32Array(16);
  info[0] = PIDFD_INFO_EXIT;
  if (libc.call.ioctl(pidfd, PIDFD_GET_INFO, info) !== 0) return null;
  return ((info[0] ?? 0) & PIDFD_INFO_EXIT) !== 0 ? (info[15] ?? 0) : null;
}
