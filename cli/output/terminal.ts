import { fstatSync, statSync } from "node:fs";

/** What is known about the place that output goes to. */
export interface Terminal {
  readonly isTerminal: boolean;
  /** Infinity where nobody looks: a file or a pipe gets whole lines. */
  readonly columns: number;
  /** Colour only on a terminal, and never with NO_COLOR. */
  readonly colour: boolean;
}

/** Columns of a terminal that does not tell. */
const COLUMNS_UNKNOWN = 80;

/** Looks at standard output (1) or standard error (2). */
export function terminalAt(fd: 1 | 2, environment: Readonly<Record<string, string | undefined>>): Terminal {
  if (!isTerminal(fd)) return { isTerminal: false, columns: Number.POSITIVE_INFINITY, colour: false };
  const { columns } = fd === 1 ? process.stdout : process.stderr;
  return { isTerminal: true, columns: columns || COLUMNS_UNKNOWN, colour: !environment.NO_COLOR && environment.TERM !== "dumb" };
}

/** True for standard input, output or error on a terminal. One stat tells pipes, files and /dev/null; `process.stdout` and its like cost 3 ms to set up. */
export function isTerminal(fd: 0 | 1 | 2): boolean {
  try {
    const stat = fstatSync(fd);
    if (!stat.isCharacterDevice() || stat.rdev === statSync("/dev/null").rdev) return false;
    return streamAt(fd).isTTY === true;
  } catch {
    return false;
  }
}

function streamAt(fd: 0 | 1 | 2): { readonly isTTY?: boolean } {
  return fd === 0 ? process.stdin : fd === 1 ? process.stdout : process.stderr;
}
