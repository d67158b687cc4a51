/** The stream a line was written to. */
export type LogStream = "out" | "err";

/** Whose log it is. */
export interface LogOrigin {
  readonly project: string;
  readonly name: string;
  readonly instance: number;
  readonly stream: LogStream;
}

/** One line as `logs` shows it. */
export interface LogLine extends LogOrigin {
  /** When its first byte reached Ghost; null when the index is missing. */
  readonly time: Date | null;
  /** Without its line's end; bytes that are no UTF-8 are shown as U+FFFD. */
  readonly line: string;
}

/** A place where lines are missing. */
export interface LogGap extends LogOrigin {
  readonly time: Date | null;
  readonly gap: {
    /** Null when the number is not known. */
    readonly droppedBytes: number | null;
    /** `disk-full`: the disk had no room for seconds. `rotated-away`: the files were rotated out faster than they were read. */
    readonly reason: "disk-full" | "rotated-away";
  };
}

export type LogRecord = LogLine | LogGap;

/** True for a place where lines are missing. */
export function isGap(record: LogRecord): record is LogGap {
  return "gap" in record;
}

/** What a person reads where lines are missing, e.g. `(1.5 MB of output dropped: the disk was full)`. */
export function gapText(gap: LogGap["gap"]): string {
  const amount = gap.droppedBytes === null ? "some output is missing" : `${bytesText(gap.droppedBytes)} of output dropped`;
  const why = gap.reason === "disk-full" ? "the disk was full" : "the files were rotated away before they were read";
  return `(${amount}: ${why})`;
}

/** One record as `logs --json` prints it: `{time,project,name,instance,stream,line}`, or `gap` in the place of `line`. */
export function recordJson(record: LogRecord): string {
  const { project, name, instance, stream } = record;
  const head = { time: record.time?.toISOString() ?? null, project, name, instance, stream };
  return JSON.stringify(isGap(record) ? { ...head, gap: record.gap } : { ...head, line: record.line });
}

function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
