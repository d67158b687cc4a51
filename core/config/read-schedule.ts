import { nextDueMs } from "../schedule/due.ts";
import type { Schedule } from "./definition.ts";
import { type Field, readMap, readScalar, readText, refuse } from "./fields.ts";
import { SCHEDULE_KEYS } from "./orchestration-keys.ts";

/** Any moment will do: whether a schedule ever comes due does not depend on it. */
const SOME_MOMENT_MS = Date.parse("2026-01-01T00:00:00Z");
const FIELDS_HINT = 'write five fields, minute hour day month weekday, as "*/5 * * * *", or @hourly, @daily, @weekly, @monthly';

/** `schedule: cron`, or `schedule: { cron, timezone }`. */
export function readSchedule(field: Field): Schedule | undefined {
  if (field.tree.kind !== "map") return scheduleOf(field, null);
  const map = readMap(field, SCHEDULE_KEYS, "schedule");
  if (!map) return undefined;
  const timezone = map.read("timezone", readTimezone, null);
  const cron = map.field("cron");
  return cron
    ? scheduleOf(cron, timezone)
    : refuse(field, "it has no cron", 'write `schedule: { cron: "0 3 * * *", timezone: Europe/Berlin }`');
}

function scheduleOf(field: Field, timezone: string | null): Schedule | undefined {
  const cron = readText(field)?.trim();
  if (cron === undefined) return undefined;
  const problem = cronProblem(cron);
  return problem ? refuse(field, ...problem) : { cron, timezone, overlap: false };
}

/** Why croner cannot read a text, with the remedy; null when it can and the time will come. */
function cronProblem(cron: string): readonly [why: string, hint: string] | null {
  if (/^@reboot$/i.test(cron)) return ["it has no times", "a service that is up starts at boot by itself"];
  const every = /^(?:@every\s+)?(\d+)\s*(s|m|h)$/i.exec(cron);
  if (every) return ["it is an interval, not a schedule", `write "${intervalAsCron(Number(every[1]), every[2] ?? "m")}"`];
  if (!cron.startsWith("@") && !/^\S+(\s+\S+){4,5}$/.test(cron)) return ["it does not have five or six fields", FIELDS_HINT];
  try {
    const next = nextDueMs({ cron, timezone: "UTC", overlap: false }, SOME_MOMENT_MS);
    return next !== null ? null : ["that time never comes", "is there such a day in that month?"];
  } catch (error) {
    return [`it cannot be read (${reasonOf(error)})`, FIELDS_HINT];
  }
}

function intervalAsCron(count: number, unit: string): string {
  return { s: `*/${count} * * * * *`, m: `*/${count} * * * *`, h: `0 */${count} * * *` }[unit.toLowerCase()] ?? "*/5 * * * *";
}

/** croner's message without its own name, on one line. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^[\w ]*Cron\w*: /, "").replace(/\s+/g, " ");
}

function readTimezone(field: Field): string | undefined {
  const name = readScalar(field, "the name of a time zone") && readText(field);
  if (name === undefined) return undefined;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name;
  } catch {
    return refuse(field, "there is no such time zone", "write an IANA name, as Europe/Berlin or UTC");
  }
}
