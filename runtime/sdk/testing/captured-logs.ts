import type { LogLevel, LogRecord } from "../log.ts";

/** Records that are kept; then the oldest go. */
export const RECORDS_MAX = 100_000;

/** What the app logged through `G`. */
export class CapturedLogs {
  /** In order; `time` is by the test's clock. */
  readonly records: LogRecord[] = [];

  /** The messages, of one level or of all. */
  messages(level?: LogLevel): string[] {
    return this.records.filter((record) => level === undefined || record.level === level).map(({ message }) => message);
  }

  /** The first record whose message holds this text, or that the expression matches. */
  find(message: string | RegExp): LogRecord | undefined {
    return this.records.find((record) => (typeof message === "string" ? record.message.includes(message) : message.test(record.message)));
  }

  /** Whether there is one. */
  has(message: string | RegExp): boolean {
    return this.find(message) !== undefined;
  }

  /** Forgets all. */
  clear(): void {
    this.records.length = 0;
  }

  /** Takes a record. */
  add(record: LogRecord): void {
    this.records.push(record);
    if (this.records.length > RECORDS_MAX) this.records.shift();
  }
}
