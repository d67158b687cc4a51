/**
 * Parameters of a statement from JSON: an array (by position) or an object (by name, with or without `:`, `@` or `$`).
 * What JSON lacks is written as `{"$int":"9223372036854775807"}`, `{"$real":"inf"}` (or "-inf", or any number) and `{"$blob":"base64"}`.
 */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { parameterNames } from "../../storage/sqlite/parameters.ts";
import { type SqlParameter, SqlReal } from "../../storage/sqlite/statement.ts";

/** A string, which is passed over, or a number. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;
/** As many digits every double can hold. */
const SAFE_DIGITS = 15;
const INTEGER = /^-?\d+$/;

/** Reads JSON without losing what JavaScript's numbers cannot tell: long integers become `$int`, `1.0` becomes `$real`. Throws SQL_FAILED. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(STRING_OR_NUMBER, keepNumber));
  } catch (error) {
    throw new GhostError("SQL_FAILED", `cannot read the parameters: ${(error as Error).message}`, {
      hint: 'they are a JSON array, e.g. [1,"a"], or an object, e.g. {"id":1}',
    });
  }
}

function keepNumber(token: string): string {
  if (token.startsWith('"')) return token;
  if (INTEGER.test(token)) {
    if (token.length <= SAFE_DIGITS) return token;
    // A longer one is a real, as in SQL itself.
    if (BigInt.asIntN(64, BigInt(token)) === BigInt(token)) return `{"$int":"${token}"}`;
  }
  return Number.isInteger(Number(token)) ? `{"$real":"${token}"}` : token;
}

/** The values to bind to the parameters of `sql`, in their order. `given` is what `parseJson` gave, undefined or null for none. Throws SQL_FAILED. */
export function bindings(sql: string, given: unknown): SqlParameter[] {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) return given.map((value, index) => parameterOf(value, String(index + 1)));
  if (typeof given !== "object") throw cannotBind(`they are neither an array nor an object but ${JSON.stringify(given)}`);
  const values = new Map(Object.entries(given));
  return parameterNames(sql).map((name, index) => {
    if (name === null) throw cannotBind(`parameter ${index + 1} has no name, and the values come by name`, "write :name instead of ?");
    const key = values.has(name) ? name : name.slice(1);
    if (!values.has(key)) throw cannotBind(`there is no value for ${name}`, "null is a value, too");
    return parameterOf(values.get(key), name);
  });
}

function parameterOf(value: unknown, name: string): SqlParameter {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  // SQLite has no booleans: TRUE and FALSE are its words for 1 and 0 (https://sqlite.org/datatype3.html).
  if (typeof value === "boolean") return value ? 1 : 0;
  const [[kind, text] = [], second] = Object.entries(value as object);
  if (second === undefined && typeof text === "string" && !Array.isArray(value)) {
    if (kind === "$int" && INTEGER.test(text)) return BigInt(text);
    if (kind === "$blob" && BASE64.test(text)) return Buffer.from(text, "base64");
    if (kind === "$real") return realOf(text, name);
  }
  throw cannotBind(`value ${name} is ${JSON.stringify(value).slice(0, VALUE_SHOWN_MAX)}`, HINT);
}

const HINT =
  'a value is null, a boolean, a number, a string, {"$int":"…"}, {"$real":"…"} or {"$blob":"base64"}; store other JSON as a string';
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** Characters of a wrong value that are shown. */
const VALUE_SHOWN_MAX = 80;

function realOf(text: string, name: string): SqlReal {
  const value =
    text === "inf" ? Number.POSITIVE_INFINITY : text === "-inf" ? Number.NEGATIVE_INFINITY : text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw cannotBind(`value ${name} is no number: ${text.slice(0, VALUE_SHOWN_MAX)}`, HINT);
  return new SqlReal(value);
}

function cannotBind(why: string, hint?: string): GhostError {
  return new GhostError("SQL_FAILED", `cannot use the parameters: ${why}`, { hint });
}
