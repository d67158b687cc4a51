import { GhostError } from "../../../core/errors/ghost-error.ts";

/** Says whether a value is as it should be; `what` completes "… is not". */
export interface Kind {
  readonly what: string;
  readonly fits: (value: unknown) => boolean;
}

/** Kinds by key; the keys of an object within by their path. */
export type Shape = Readonly<Record<string, Kind | Readonly<Record<string, Kind>>>>;

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const PORT_MAX = 65_535;

export const text: Kind = { what: "a string", fits: (value) => typeof value === "string" };
export const filled: Kind = { what: "a string with something in it", fits: (value) => typeof value === "string" && value !== "" };
export const name: Kind = {
  what: "a name of letters, digits, - and _",
  fits: (value) => typeof value === "string" && NAME.test(value) && value !== "all",
};
export const path: Kind = { what: "an absolute path", fits: (value) => typeof value === "string" && value.startsWith("/") };
export const number: Kind = { what: "a number", fits: (value) => Number.isFinite(value) && (value as number) >= 0 };
export const whole: Kind = { what: "a whole number", fits: Number.isInteger };
export const count: Kind = { what: "a whole number above 0", fits: (value) => Number.isInteger(value) && (value as number) > 0 };
export const port: Kind = { what: `a port from 1 to ${PORT_MAX}`, fits: (value) => count.fits(value) && (value as number) <= PORT_MAX };
export const flag: Kind = { what: "true or false", fits: (value) => typeof value === "boolean" };
export const record: Kind = { what: "an object", fits: (value) => value !== null && typeof value === "object" && !Array.isArray(value) };

/** A list of values of one kind. */
export function listOf(kind: Kind): Kind {
  return { what: `a list, each ${kind.what}`, fits: (value) => Array.isArray(value) && value.every(kind.fits) };
}

/** An object with values of one kind, and keys of another. */
export function mapOf(kind: Kind, keys: Kind = text): Kind {
  return {
    what: `an object, each value ${kind.what}`,
    fits: (value) => record.fits(value) && Object.values(value as object).every(kind.fits) && Object.keys(value as object).every(keys.fits),
  };
}

export function orNull(kind: Kind): Kind {
  return { what: `${kind.what} or null`, fits: (value) => value === null || kind.fits(value) };
}

/** What older clients do not send. */
export function orAbsent(kind: Kind): Kind {
  return { what: kind.what, fits: (value) => value === undefined || kind.fits(value) };
}

export function either(one: Kind, other: Kind): Kind {
  return { what: `${one.what} or ${other.what}`, fits: (value) => one.fits(value) || other.fits(value) };
}

export function oneOf(...words: readonly string[]): Kind {
  return { what: words.join(" or "), fits: (value) => words.includes(value as string) };
}

/** Throws USAGE when `value`, which messages call `at`, does not have the shape. */
export function check(value: unknown, shape: Shape, at: string): void {
  if (!record.fits(value)) throw misshapen(`${at} is not an object`);
  for (const { key, kind, within } of partsOf(shape)) {
    const found = (value as Record<string, unknown>)[key];
    if (kind && !kind.fits(found)) throw misshapen(`${at}.${key} is not ${kind.what}`);
    if (within) check(found, within, `${at}.${key}`);
  }
}

/** One key of a shape: a kind, or what is within. */
interface ShapePart {
  readonly key: string;
  readonly kind: Kind | null;
  readonly within: Shape | null;
}

/** The shapes are constants, and each is asked once a process: what was made of one is kept. */
const partsByShape = new WeakMap<Shape, readonly ShapePart[]>();

function partsOf(shape: Shape): readonly ShapePart[] {
  const known = partsByShape.get(shape);
  if (known) return known;
  const parts = Object.entries(shape).map(([key, kind]) =>
    isKind(kind) ? { key, kind, within: null } : { key, kind: null, within: kind },
  );
  partsByShape.set(shape, parts);
  return parts;
}

function isKind(kind: Shape[string]): kind is Kind {
  return "fits" in kind && typeof kind.fits === "function";
}

/** The error for a manifest of another shape. */
export function misshapen(what: string): GhostError {
  return new GhostError("USAGE", `cannot take the manifest: ${what}`, { hint: "its shape is in /v1/openapi.json" });
}
