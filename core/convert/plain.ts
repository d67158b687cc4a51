import { GhostError } from "../errors/ghost-error.ts";
import type { ForeignFile } from "./source.ts";

/** A map of unknown content: what JSON, YAML or a program gave. */
export type PlainMap = Readonly<Record<string, unknown>>;

/** True for a map: neither a list nor null. */
export function isPlainMap(value: unknown): value is PlainMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The maps of a list; anything else in it, or in its place, is left out. */
export function mapsIn(value: unknown): PlainMap[] {
  return Array.isArray(value) ? value.filter(isPlainMap) : [];
}

/** A text or number as text; undefined for anything else, and for an empty text. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** One text or a list of texts, as a list. */
export function textsIn(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(textIn).filter((text) => text !== undefined);
}

/** The words of a list, or the one word; empty ones are words too. */
export function wordsIn(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map((word) => (word === "" ? "" : textIn(word))).filter((word) => word !== undefined);
}

/** Any value as the text that an environment can hold: maps and lists become JSON. Undefined for null and undefined. */
export function variableText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Refuses a file that is not what it should be. */
export function refuseFile({ path }: ForeignFile, why: string, hint: string): GhostError {
  return new GhostError("CONFIG_INVALID", `cannot import ${path}: ${why}`, { hint });
}
