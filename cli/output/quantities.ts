const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A span as people say it, its two largest units: `350ms`, `12s`, `4m 10s`, `2h 5m`, `3d 4h`. A negative span (clocks differ) is `0s`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return "0s";
  if (ms < SECOND_MS) return `${Math.floor(ms)}ms`;
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)}s`;
  if (ms < HOUR_MS) return twoUnits(ms, MINUTE_MS, "m", SECOND_MS, "s");
  return ms < DAY_MS ? twoUnits(ms, HOUR_MS, "h", MINUTE_MS, "m") : twoUnits(ms, DAY_MS, "d", HOUR_MS, "h");
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)}${largeName}${rest > 0 ? ` ${rest}${smallName}` : ""}`;
}

const SIZE_UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** A size with one decimal, in powers of 1024 as `top` counts: `512B`, `24.5MB`, `1.2GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < SIZE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(value)}B` : `${value.toFixed(1)}${SIZE_UNITS[unit]}`;
}

/** Share of one core with one decimal: `0.4%`. */
export function formatPercent(percent: number): string {
  return `${percent.toFixed(1)}%`;
}

/** The time of day, here: `12:30:45`. */
export function formatClock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
}

/** Day and time, here: `2026-11-23 12:30:45`. */
export function formatMoment(date: Date): string {
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${formatClock(date)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** `1 process`, `3 processes`. */
export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${amount} ${amount === 1 ? singular : plural}`;
}
