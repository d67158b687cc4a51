/** Where a part of Ghost says what it sees; messages are sentences without their final full stop, and hold no secret. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Facts for programs that read logs. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Says nothing. */
export const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
