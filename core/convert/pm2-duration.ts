import type { DraftProcess } from "./draft.ts";
import { durationText, numberOf } from "./quantities.ts";

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };

/** A time of PM2 (ms, or `10s`, `5m`, `1h`, https://github.com/Unitech/pm2/blob/master/lib/API/schema.json) as the file says it; what is none is told. */
export function pm2Duration(process: DraftProcess, key: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const [, amount, unit = ""] = /^\s*(\d+)\s*([hms])\s*$/.exec(String(value)) ?? [];
  const text = durationText(amount === undefined ? numberOf(value) : Number(amount) * (UNITS_MS[unit] ?? 1));
  if (text === undefined) process.note(`${key}: ${JSON.stringify(value)} is no time`);
  return text;
}
