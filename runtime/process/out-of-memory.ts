/** Whether it was the kernel that killed a process, because the machine (or a container around it) was out of memory. */
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";

/** A kill that the kernel counted so long ago may be the one that is asked about, in ms: its word comes after the process's logs were read to the end. */
const RECENT_MS = 5_000;
/** The kernel's log is read up to so many records; it holds some thousands. */
const RECORDS_MAX = 50_000;
/** A record is no longer than that, in bytes (CONSOLE_EXT_LOG_MAX). */
const RECORD_BYTES_MAX = 8_192;

/** The files in which the kernel tells of it. */
export interface OutOfMemorySources {
  readonly vmstat: string;
  readonly log: string;
}

/** Watches the kernel's count of such kills. It costs one small read, and only when something was killed. */
export class OutOfMemoryWitness {
  private readonly sources: OutOfMemorySources;
  private count: number;
  private roseMs = Number.NEGATIVE_INFINITY;

  constructor(sources: OutOfMemorySources = { vmstat: "/proc/vmstat", log: "/dev/kmsg" }) {
    this.sources = sources;
    this.count = readCount(sources.vmstat);
  }

  /**
   * Of a process that ended just now by a SIGKILL which Ghost did not send. `certain`: the kernel's log names it; `likely`:
   * that log may not be read, and the kernel killed somebody at that time; undefined: it was somebody else.
   */
  judge(pid: number): "certain" | "likely" | undefined {
    const count = readCount(this.sources.vmstat);
    if (count > this.count) this.roseMs = performance.now();
    this.count = count;
    if (performance.now() - this.roseMs > RECENT_MS) return undefined;
    const named = isNamedIn(this.sources.log, pid);
    return named === null ? "likely" : named ? "certain" : undefined;
  }
}

function readCount(path: string): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(path, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Null where the log may not be read. */
function isNamedIn(log: string, pid: number): boolean | null {
  let fd: number;
  try {
    fd = openSync(log, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const said = new RegExp(`Killed process ${pid} \\(`);
    for (const record of recordsOf(fd)) if (said.test(record)) return true;
    return false;
  } finally {
    closeSync(fd);
  }
}

/** One record a read, until there are no more. */
function* recordsOf(fd: number): Generator<string> {
  const buffer = Buffer.alloc(RECORD_BYTES_MAX);
  for (let read = 0; read < RECORDS_MAX; read += 1) {
    try {
      const length = readSync(fd, buffer);
      if (length === 0) return;
      yield buffer.toString("utf8", 0, length);
    } catch (error) {
      // EPIPE: a record was overwritten before it was read; the next read goes on behind it.
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") return;
    }
  }
}
