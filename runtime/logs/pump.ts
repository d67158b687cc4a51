/** The log pump: what moves the output of every process into its log files, and its one interface whatever the runtime offers. */
import type { PumpEvent, RotationPolicy } from "./messages.ts";

export type { PumpEvent, RotationPolicy } from "./messages.ts";

/** One stream of one process. */
export interface LogStreamTarget extends RotationPolicy {
  /** `<project>/<name>/out`: names the stream in calls and events. */
  readonly key: string;
  /** Absolute path of the FIFO that the process writes to; made if absent. */
  readonly fifo: string;
  /** For `resume`: the FIFO itself, open and the pump's from then on, where its name was removed; absent: it is opened by its name. */
  readonly opened?: number | undefined;
  /** Absolute path of the live log file; made, with its folders, when the first byte comes. */
  readonly file: string;
  /** Whom the FIFO belongs to; absent: whoever runs the daemon. */
  readonly uid?: number;
  readonly gid?: number;
}

/** How a process ended, as far as it could be learnt. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What the pump did since it started. */
export interface PumpStats {
  readonly movedBytes: number;
  readonly droppedBytes: number;
  readonly rotations: number;
  /** System calls that moved bytes. */
  readonly moves: number;
  /** Times that the thread woke up. */
  readonly wakeups: number;
  /** For how long the round of pumping that is under way has taken, in milliseconds; long means a disk that does not answer. */
  readonly busyMs: number;
  readonly streams: number;
}

export interface LogPump {
  /**
   * Makes the FIFO, begins to pump, and gives a descriptor that the process is to have as its stdout or stderr; close it
   * (`closeWriter`) once the process is spawned. A key that is open already gives another descriptor of the same FIFO.
   * A FIFO that an earlier daemon left is taken over with what waits in it. Throws GhostError.
   */
  open(target: LogStreamTarget): number;
  /** As `open` without a descriptor, for a process that is already running and has the FIFO: adoption. Throws GhostError. */
  resume(target: LogStreamTarget): void;
  /** Closes a descriptor that `open` gave. */
  closeWriter(fd: number): void;
  /** Applies another rotation policy to an open stream. */
  update(target: LogStreamTarget): void;
  /** Moves what waits, stops pumping, and removes the FIFO. Only for a process of which nothing lives any more. */
  close(key: string): Promise<void>;
  /** Resolves when all bytes that were in the FIFO at the call are in the file. While the log cannot be written, or after `DRAIN_LIMIT_MS`, it resolves at once. */
  drain(key: string): Promise<void>;
  /** Tells by `onExit` when process `pid`, which started at `startTicks`, ends. For processes that are not this runtime's own children. */
  watchExit(pid: number, startTicks: number): void;
  unwatchExit(pid: number): void;
  /** Called once for each watched process; null when its status could not be learnt. */
  onExit: (pid: number, status: ExitStatus | null) => void;
  onEvent: (event: PumpEvent) => void;
  /** Tells by `onConnection`, once, that somebody waits at this listening socket, on which nobody accepts; each call is for one more time. False where that cannot be. */
  watchListener(fd: number): boolean;
  /** To be called before the descriptor is closed. */
  unwatchListener(fd: number): void;
  onConnection: (fd: number) => void;
  stats(): PumpStats;
  /** Moves what waits and stops, before the daemon exits. FIFOs remain for the next daemon; what processes write meanwhile waits in them. */
  stop(): Promise<void>;
}

/** No `drain` takes longer, in milliseconds: a disk that hangs must not keep an exit from being announced. */
export const DRAIN_LIMIT_MS = 2_000;

/** Starts the best pump that there is: a thread with splice(2) on Linux under Bun, else streams on the main thread. */
export async function startLogPump(): Promise<LogPump> {
  const { openPumpLibc } = await import("./worker/linux.ts");
  const libc = openPumpLibc();
  if (libc) return (await import("./thread-pump.ts")).startThreadPump(libc);
  return (await import("./stream-pump.ts")).startStreamPump();
}
