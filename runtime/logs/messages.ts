/** What the pump's thread and the daemon's main thread tell each other. */

/** When and how a stream's file is rotated. */
export interface RotationPolicy {
  readonly maxSizeBytes: number;
  readonly maxFiles: number;
  readonly compress: boolean;
}

/** A rotated file, which nobody changes any more. Its inode alone would not do: that of a removed file soon belongs to another. */
export interface RotatedFile {
  readonly inode: number;
  readonly bytes: number;
  readonly changedMs: number;
}

/** To the thread, in lists. `id` numbers a request that is answered with `done`. */
export type PumpCommand =
  /** `fd`: the FIFO, open for reading and writing, not blocking; the thread closes it. A key that is open already changes over to it. */
  | { readonly do: "open"; readonly key: string; readonly fd: number; readonly file: string; readonly policy: RotationPolicy }
  | { readonly do: "update"; readonly key: string; readonly policy: RotationPolicy }
  | { readonly do: "drain"; readonly key: string; readonly id: number }
  | { readonly do: "close"; readonly key: string; readonly id: number }
  /** `pidfd`: the thread closes it. */
  | { readonly do: "watch"; readonly pid: number; readonly pidfd: number }
  | { readonly do: "unwatch"; readonly pid: number }
  /** Tell once when somebody waits to be accepted. `fd`: the thread's own copy of listener `listener`, if it has none yet; it closes it. */
  | { readonly do: "await"; readonly listener: number; readonly fd: number | null }
  | { readonly do: "unawait"; readonly listener: number }
  /** This rotated file was compressed into `temporary`. */
  | { readonly do: "compressed"; readonly key: string; readonly original: RotatedFile; readonly temporary: string }
  | { readonly do: "stop"; readonly id: number };

/** What happened to a stream. */
export type PumpEvent =
  /** Lines are missing in the log: `droppedBytes` of them, because the disk was full (or failed). */
  | { readonly kind: "gap"; readonly key: string; readonly droppedBytes: number }
  /** The live file was rotated; `inode` is that of the rotated file, which is to be compressed if the policy says so. */
  | { readonly kind: "rotated"; readonly key: string; readonly inode: number; readonly compress: boolean }
  /**
   * Something failed: `code` is the system's (`ENOSPC`, `EACCES`, …). The log cannot be written, and the writer is blocked
   * until it is `recovered`; or, as the message then says, the file cannot be rotated or compressed, and grows or stays.
   */
  | { readonly kind: "error"; readonly key: string; readonly code: string; readonly message: string }
  /** The log is written again. */
  | { readonly kind: "recovered"; readonly key: string };

/** From the thread. */
export type PumpReport =
  | { readonly report: "done"; readonly id: number }
  | { readonly report: "event"; readonly event: PumpEvent }
  /** `status`: the wait status, or null when it could not be learnt. */
  | { readonly report: "exit"; readonly pid: number; readonly status: number | null }
  /** Somebody waits to be accepted. */
  | { readonly report: "connection"; readonly listener: number };

/** What the thread is given when it starts. */
export interface PumpWorkerData {
  /** An eventfd that wakes the thread. */
  readonly wakeFd: number;
  readonly port: import("node:worker_threads").MessagePort;
  /** Counters that both threads see: see `COUNTER`. */
  readonly counters: SharedArrayBuffer;
}

/** Places in the shared array of 64-bit floats. */
export const COUNTER = { movedBytes: 0, droppedBytes: 1, rotations: 2, splices: 3, wakeups: 4, busySinceMs: 5 } as const;
/** Length of that array. */
export const COUNTERS = 6;
