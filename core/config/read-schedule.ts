import type { Schedule } from "./definition.ts";
import { type Field, readMap, readScalar, readText, refuse } from "./fields.ts";
import { SCHEDULE_KEYS } from "./orchestration-keys.ts";
import { cronProblem, isTimezone } from "./schedule-syntax.ts";

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

function readTimezone(field: Field): string | undefined {
  const name = readScalar(field, "the name of a time zone") && readText(field);
  if (name === undefined) return undefined;
  return isTimezone(name) ? name : refuse(field, "there is no such time zone", "write an IANA name, as Europe/Berlin or UTC");
}
