import type { Paint } from "./paint.ts";
import { withoutSteering } from "./steering.ts";

/** How each level of the SDK's records is shown. */
const LEVELS: Readonly<Record<string, keyof Paint>> = { debug: "dim", info: "cyan", warn: "yellow", error: "red" };
/** `info ` and `error` are as wide. */
const LEVEL_CELLS = 5;
/** The SDK's records begin so; other lines need not be parsed to see that they are none. */
const BEGIN = '{"time":"';
/** Hours to seconds in an ISO 8601 time. */
const CLOCK = [11, 19] as const;

/**
 * A line that the SDK of an app wrote for programs (`{"time","level","message",…fields}`), as people read it:
 * `12:00:01 info  message  field=value`, the time being UTC. Null: it is no such line.
 */
export function appRecordText(line: string, paint: Paint): string | null {
  const record = line.startsWith(BEGIN) ? parse(line) : null;
  const colour = LEVELS[String(record?.level)];
  if (!record || !colour || typeof record.time !== "string" || typeof record.message !== "string") return null;
  const { time, level, message, ...fields } = record;
  const told = Object.entries(fields).map(([name, value]) => ` ${paint.dim(`${withoutSteering(name)}=`)}${shown(value)}`);
  const head = `${paint.dim(record.time.slice(...CLOCK))} ${paint[colour](String(level).padEnd(LEVEL_CELLS))}`;
  return `${head} ${shown(message)}${told.join("")}`;
}

function parse(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function shown(value: unknown): string {
  return withoutSteering(typeof value === "string" ? value : JSON.stringify(value));
}
