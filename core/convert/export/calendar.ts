const SHORTHANDS: Readonly<Record<string, string>> = {
  "@yearly": "yearly",
  "@annually": "yearly",
  "@monthly": "monthly",
  "@weekly": "Sun *-*-* 00:00:00",
  "@daily": "daily",
  "@midnight": "daily",
  "@hourly": "hourly",
};
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/**
 * `OnCalendar` values that are due when a cron expression of five or six fields is: two where both day of month and day of week are limited,
 * because cron takes either and systemd both. Null for what systemd cannot say (`L`, `W`, `#`).
 */
export function calendarsOfCron(cron: string, timezone: string | null): string[] | null {
  const zone = timezone === null ? "" : ` ${timezone}`;
  const shorthand = SHORTHANDS[cron.trim().toLowerCase()];
  if (shorthand !== undefined) return [`${shorthand}${zone}`];
  const fields = cron.trim().split(/\s+/);
  if (fields.length === 5) fields.unshift("0");
  const [second, minute, hour, day, month, weekday] = fields;
  if (fields.length !== 6 || !second || !minute || !hour || !day || !month || !weekday) return null;
  const time = [listOf(hour, 0), listOf(minute, 0), listOf(second, 0)];
  const dates = [listOf(month, 1, MONTHS), listOf(day, 1)];
  const weekdays = weekdaysOf(weekday);
  if ([...time, ...dates].includes(null) || weekdays === null) return null;
  const clock = time.map((part) => (/^\d$/.test(part ?? "") ? `0${part}` : part)).join(":");
  const on = (prefix: string, days: string | null | undefined) => `${prefix}*-${dates[0]}-${days} ${clock}${zone}`;
  if (weekdays === "") return [on("", dates[1])];
  return isAny(day) ? [on(`${weekdays} `, "*")] : [on("", dates[1]), on(`${weekdays} `, "*")];
}

function isAny(field: string): boolean {
  return field === "*" || field === "?";
}

/** A field as a list of systemd: `1-5` is `1..5`, a step of a star starts at the least value. */
function listOf(field: string, least: number, names: readonly string[] = []): string | null {
  const items = named(field, names, 1)
    .split(",")
    .map((item) => {
      const match = /^(?:(\*|\?)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item);
      if (!match) return null;
      const [, any, from, to, step] = match;
      const range = any === undefined ? (to === undefined ? from : `${from}..${to}`) : step === undefined ? "*" : String(least);
      return step === undefined ? range : `${range}/${step}`;
    });
  return items.includes(null) ? null : items.join(",");
}

/** Empty for any day. */
function weekdaysOf(field: string): string | null {
  if (isAny(field)) return "";
  const days = named(field, DAYS, 0)
    .split(",")
    .flatMap((item): (string | null)[] => {
      const match = /^(\*|\d)(?:-(\d))?(?:\/(\d))?$/.exec(item);
      if (!match) return [null];
      const from = match[1] === "*" ? 0 : Number(match[1]);
      const to = match[1] === "*" ? 6 : Number(match[2] ?? match[1]);
      const found = [];
      for (let day = from; day <= to; day += Number(match[3] ?? 1)) found.push(DAYS[day % 7] ?? null);
      return found;
    });
  return days.length === 0 || days.includes(null) ? null : [...new Set(days)].join(",");
}

/** `MON`, `jan`: the numbers that they stand for. */
function named(field: string, names: readonly string[], first: number): string {
  return field.replace(/[A-Za-z]{3}/g, (word) => {
    const index = names.findIndex((name) => name.toLowerCase() === word.toLowerCase());
    return index === -1 ? word : String(index + first);
  });
}
