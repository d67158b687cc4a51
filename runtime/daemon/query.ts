/** What addresses carry after the question mark. Each throws USAGE for a value that cannot be meant. */
import { GhostError } from "../../core/errors/ghost-error.ts";

/** What stands between commas, of which those inside braces belong to a glob. */
const NAME = /(?:[^,{]|\{[^}]*\}?)+/g;

/** Names, divided by commas or given several times; null when none is given. */
export function readNames(query: URLSearchParams, key: string): string[] | null {
  const names = query.getAll(key).flatMap((text) => text.match(NAME) ?? []);
  return names.length === 0 ? null : names;
}

/** A positive whole number; more than `max` means `max`. */
export function readLimit(query: URLSearchParams, key: string, byDefault: number, max: number): number {
  const text = query.get(key);
  if (text === null) return byDefault;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return Math.min(limit, max);
  throw new GhostError("USAGE", `cannot take ${key}=${text}: it is not a positive whole number`);
}

/** True for `key=true`. */
export function readFlag(query: URLSearchParams, key: string): boolean {
  const text = query.get(key) ?? "false";
  if (text === "true" || text === "false") return text === "true";
  throw new GhostError("USAGE", `cannot take ${key}=${text}: it is neither true nor false`);
}

/** A point in time; null when none is given. */
export function readSince(query: URLSearchParams): Date | null {
  const text = query.get("since");
  if (text === null) return null;
  const ms = Date.parse(text);
  if (Number.isFinite(ms)) return new Date(ms);
  throw new GhostError("USAGE", `cannot take since=${text}: it is not an ISO 8601 time`);
}
