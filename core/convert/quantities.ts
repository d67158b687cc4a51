import { DURATION_MAX_MS, formatDuration, formatSize, parseSize } from "../config/units.ts";
import type { Value } from "./draft.ts";

/** Milliseconds as the file says them; undefined for what is no duration (undefined, negative, not a number). */
export function durationText(milliseconds: number | undefined): string | undefined {
  if (milliseconds === undefined || !Number.isFinite(milliseconds) || milliseconds < 0) return undefined;
  return formatDuration(Math.min(Math.round(milliseconds), DURATION_MAX_MS));
}

/** Seconds, as most tools count, as the file says them. */
export function secondsText(seconds: unknown): string | undefined {
  const count = numberOf(seconds);
  return count === undefined ? undefined : durationText(count * 1000);
}

/** A size with a unit of any tool (`512M`, `1g`, `200kb`, bare bytes) as the file says it; undefined for what is no size. */
export function sizeText(size: unknown): string | undefined {
  const text = String(size ?? "").trim();
  const bytes = /^\d+$/.test(text) ? Number(text) : sizeOf(text);
  return bytes === undefined || bytes <= 0 ? undefined : formatSize(Math.round(bytes));
}

/** A number, or a text that is one. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value !== "number" && (typeof value !== "string" || value.trim() === "")) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The entries of a map that have a value. */
export function filled(map: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

/** `restart` as short as it can be said: a map only where there is more than the policy. What is never restarted still ends well or badly by its codes. */
export function restartValue(policy: "always" | "on-failure" | "never", more: Readonly<Record<string, Value | undefined>> = {}): Value {
  const rest = filled(policy === "never" ? { success_codes: more.success_codes } : more);
  if (Object.keys(rest).length > 0) return { policy, ...rest };
  return policy === "always" ? true : policy === "never" ? false : policy;
}

function sizeOf(text: string): number | undefined {
  const parsed = parseSize(text);
  return "value" in parsed ? parsed.value : undefined;
}
