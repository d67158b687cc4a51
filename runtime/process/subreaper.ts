/**
 * On Linux the daemon is a child subreaper: what daemonizes comes to it instead of to init, can be followed, and must
 * be reaped by it, pid by pid (`waitpid(-1)` would rob the runtime of its own children). Without FFI none of this
 * happens: a program that daemonizes is then reported as such.
 */
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { openLibc } from "../system/native.ts";

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

const libc =
  process.platform === "linux"
    ? openLibc({
        prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
        waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
      })
    : null;

/** Makes this process a child subreaper; false where that cannot be done. */
export function becomeSubreaper(): boolean {
  return libc !== null && libc.call.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) === 0;
}

/** How a reaped child ended. */
export interface WaitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Reaps one child that ended; undefined when it still runs, is not ours, or was reaped already. */
export function reap(pid: number): WaitStatus | undefined {
  if (!libc || pid <= 1) return undefined;
  const status = new Int32Array(1);
  if (libc.call.waitpid(pid, libc.pointer(status), WNOHANG) !== pid) return undefined;
  return decodeWaitStatus(status[0] ?? 0);
}

/** The wait status of wait(2): low 7 bits the signal, the next byte the exit code. */
export function decodeWaitStatus(status: number): WaitStatus {
  const signal = status & 0x7f;
  if (signal === 0) return { code: (status >> 8) & 0xff, signal: null };
  return { code: null, signal: signalName(signal) };
}

/** `SIGKILL` for 9; `SIG34` for a number without a name. */
export function signalName(number: number): string {
  for (const [name, value] of Object.entries(constants.signals)) if (value === number) return name;
  return `SIG${number}`;
}

/**
 * How a process ended that its parent has not reaped yet: the kernel keeps the wait status in the last field of its stat
 * line (proc_pid_stat(5), field 52) for those who might trace it. Null when it is gone or still lives.
 */
export function readZombieStatus(pid: number): WaitStatus | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .trim()
      .split(" ");
    // Field 3 is the state; 0 is also what is shown to those who may not know.
    return fields[0] === "Z" ? decodeWaitStatus(Number(fields[52 - 3])) : null;
  } catch {
    return null;
  }
}
