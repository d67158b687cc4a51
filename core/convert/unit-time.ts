const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  usec: 0.001,
  ms: 1,
  msec: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  "": 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
};

/** A time span of systemd (`90`, `5min 20s`) in ms; undefined for `infinity` and what is none. */
export function parseUnitTime(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\s*\d+(\.\d+)?\s*[a-z]*)+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)) {
    const size = UNITS[unit];
    if (size === undefined) return undefined;
    total += Number(amount) * size;
  }
  return total;
}
