/** How much a record matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** What goes with a message: whatever JSON can hold; an Error is written with its stack and its cause. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One record. */
export interface LogRecord {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: LogFields;
}

/** Where records go. Must not throw. */
export type LogSink = (record: LogRecord) => void;

/** From the least; their colours on a terminal. */
const LEVELS: readonly string[] = ["debug", "info", "warn", "error"];
const COLOURS = [90, 36, 33, 31];

/** Whether records of a level are written when `least` is the least that is. */
export function isWritten(level: LogLevel, least: string): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}

/** To stdout, one JSON object a line: `{"time","level","message",…fields}`. */
export const writeJson: LogSink = ({ fields, ...head }) => {
  console.log(JSON.stringify({ ...head, ...fields, ...head }, plain));
};

/** For people: `12:00:01 info  message  field=value`; warnings and errors go to stderr. */
export function textWriter(hasColour: boolean): LogSink {
  return ({ time, level, message, fields = {} }) => {
    const paint = (colour: number, text: string) => (hasColour ? `\x1b[${colour}m${text}\x1b[0m` : text);
    const told = Object.entries(fields).map(([name, value]) => ` ${paint(90, name)}=${shown(value)}`);
    const rank = LEVELS.indexOf(level);
    const line = `${paint(90, time.slice(11, 19))} ${paint(COLOURS[rank] as number, level.padEnd(5))} ${message}${told.join("")}`;
    if (rank > 1) console.error(line);
    else console.log(line);
  };
}

function shown(value: unknown): string | undefined {
  if (value instanceof Error) return value.cause ? `${value.stack} cause=${shown(value.cause)}` : value.stack;
  return typeof value === "string" ? value : JSON.stringify(value, plain);
}

/** Writes a record with these fields; where one of them cannot be read or written, the field says so. Never throws. */
export function careful(write: (fields?: LogFields) => void, fields?: LogFields): void {
  try {
    write(fields);
  } catch {
    try {
      write(Object.fromEntries(Object.keys(fields as LogFields).map((name) => [name, tamed(fields as LogFields, name)])));
    } catch {}
  }
}

function tamed(fields: LogFields, name: string): unknown {
  let value: unknown;
  try {
    value = fields[name];
    JSON.stringify(value, plain);
    return value;
  } catch (error) {
    return value instanceof Error ? value.stack : `cannot be written: ${error}`;
  }
}

/** What JSON cannot hold by itself. */
function plain(_name: string, value: unknown): unknown {
  if (value instanceof Error) return { ...value, message: value.message, stack: value.stack, cause: value.cause };
  return typeof value === "bigint" ? String(value) : value;
}
