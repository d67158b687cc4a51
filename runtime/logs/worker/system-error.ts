import { constants } from "node:os";

/** A system call that failed, in the shape of Node's own errors. */
export class SystemError extends Error {
  /** e.g. `ENOSPC`. */
  readonly code: string;

  constructor(errno: number, call: string) {
    const code = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
    super(`${code}, ${call}`);
    this.code = code;
  }
}

/** The system's code in an error, e.g. `ENOSPC`; `FAILED` when it has none. */
export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? "FAILED";
}
