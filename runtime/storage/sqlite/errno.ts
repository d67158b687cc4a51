/**
 * Error numbers as the module's C library knows them: WASI's (wasi-libc `__typedef_errno.h`), which Emscripten uses.
 * They differ from the system's own.
 */
export const EACCES = 2;
export const EAGAIN = 6;
export const EBADF = 8;
export const EINVAL = 28;
export const EIO = 29;
export const ENOENT = 44;
export const ENOSYS = 52;
const ENOSPC = 51;

const BY_NAME: Readonly<Record<string, number>> = {
  EACCES,
  EAGAIN,
  EBADF,
  EINVAL,
  EIO,
  ENOENT,
  ENOSPC,
  // A spent quota is a full disk to SQLite, which knows only ENOSPC as "database or disk is full" (os_unix.c, unixWrite).
  EDQUOT: ENOSPC,
  EEXIST: 20,
  EFBIG: 22,
  EINTR: 27,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  ENAMETOOLONG: 37,
  ENFILE: 41,
  ENOMEM: 48,
  ENOTDIR: 54,
  EPERM: 63,
  EROFS: 69,
};

/** The module's number for an error of `node:fs`; one without a number of its own is an I/O error. */
export function errnoOf(error: unknown): number {
  return BY_NAME[errorName(error)] ?? EIO;
}

/** The system's name of an error of `node:fs`, e.g. `ENOSPC`; empty when it has none. */
export function errorName(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
}
