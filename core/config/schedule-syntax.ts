import { nextDueMs } from "../schedule/due.ts";

/** Any moment will do: whether a schedule ever comes due does not depend on it. */
const SOME_MOMENT_MS = Date.parse("2026-01-01T00:00:00Z");
const FIELDS_HINT = 'write five fields, minute hour day month weekday, as "*/5 * * * *", or @hourly, @daily, @weekly, @monthly';

/** Why croner cannot read a text, with the remedy; null when it can and the time will come. */
export function cronProblem(cron: string): readonly [why: string, hint: string] | null {
  if (/^@reboot$/i.test(cron)) return ["it has no times", "a service that is up starts at boot by itself"];
  const every = /^(?:@every\s+)?(\d+)\s*(s|m|h)$/i.exec(cron);
  if (every) return ["it is an interval, not a schedule", intervalHint(Number(every[1]), (every[2] ?? "m").toLowerCase())];
  if (!cron.startsWith("@") && !/^\S+(\s+\S+){4,5}$/.test(cron)) return ["it does not have five or six fields", FIELDS_HINT];
  try {
    const next = nextDueMs({ cron, timezone: "UTC", overlap: false }, SOME_MOMENT_MS);
    return next !== null ? null : ["that time never comes", "is there such a day in that month?"];
  } catch (error) {
    return [`it cannot be read (${reasonOf(error)})`, FIELDS_HINT];
  }
}

/** cron counts within the minute, the hour or the day. */
function intervalHint(count: number, unit: string): string {
  if (count < 1 || count >= (unit === "h" ? 24 : 60)) return FIELDS_HINT;
  return `write "${{ s: `*/${count} * * * * *`, h: `0 */${count} * * *` }[unit] ?? `*/${count} * * * *`}"`;
}

/** croner's message without its own name, on one line. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^[\w ]*Cron\w*: /, "").replace(/\s+/g, " ");
}

/** Whether a time zone of this name is known here. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
