const SHORTHANDS: Readonly<Record<string, string>> = {
  minutely: "* * * * *",
  hourly: "@hourly",
  daily: "@daily",
  weekly: "0 0 * * 1",
  monthly: "@monthly",
  yearly: "@yearly",
  annually: "@yearly",
  quarterly: "0 0 1 1,4,7,10 *",
  semiannually: "0 0 1 1,7 *",
};
const EXPRESSION =
  /^(?:([A-Za-z][A-Za-z,.]*)\s+)?(?:(?:\*-)?([\d*,./]+)-([\d*,./]+)\s*)?(?:([\d*,./]+):([\d*,./]+)(?::([\d*,./]+))?)?(?:\s+([A-Za-z]+(?:\/[A-Za-z_/-]+)?))?$/;

/** A schedule as `processes.yaml` says it. */
export interface CronSchedule {
  readonly cron: string;
  readonly timezone: string | null;
}

/** The cron expression of systemd's `OnCalendar`; null for what cron cannot say (years, last days of a month) or what is not understood. */
export function cronOfCalendar(calendar: string): CronSchedule | null {
  const text = calendar.trim();
  const shorthand = SHORTHANDS[text.toLowerCase()];
  if (shorthand !== undefined) return { cron: shorthand, timezone: null };
  const match = EXPRESSION.exec(text);
  if (!match || text === "") return null;
  const [, days, month = "*", day = "*", hour = "0", minute = "0", second = "0", timezone = null] = match;
  const fields = [minute, hour, day, month].map(fieldOf);
  const weekdays = days === undefined ? "*" : days.replaceAll("..", "-").replace(/[a-z]+/gi, (word) => word.slice(0, 3).toUpperCase());
  if (fields.includes(null)) return null;
  const cron = [...fields, weekdays].join(" ");
  return { cron: /^0*$/.test(second) ? cron : `${fieldOf(second) ?? "0"} ${cron}`, timezone };
}

/** One part of a calendar: `00`, `*`, `0/15` (from 0 on every 15th), `1..5`, lists. */
function fieldOf(part: string): string | null {
  const items = part.split(",").map((item) => {
    const [, from = "", to, step] = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(item) ?? [];
    if (from === "") return null;
    const range = from === "*" ? "*" : to === undefined ? String(Number(from)) : `${Number(from)}-${Number(to)}`;
    if (step === undefined) return range;
    return to === undefined && from !== "*" ? (Number(from) === 0 ? `*/${step}` : `${range}/${step}`) : `${range}/${step}`;
  });
  return items.includes(null) ? null : items.join(",");
}

/** The cron expression of a run every so many ms from whenever on; null where cron has no equal steps. */
export function cronOfInterval(intervalMs: number): string | null {
  const minutes = intervalMs / 60_000;
  if (minutes === 1440) return "0 0 * * *";
  if (minutes >= 60 && Number.isInteger(minutes / 60) && 24 % (minutes / 60) === 0) return `0 */${minutes / 60} * * *`;
  return Number.isInteger(minutes) && minutes >= 1 && 60 % minutes === 0 ? `*/${minutes} * * * *` : null;
}
