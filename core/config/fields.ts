import type { Report } from "./diagnostics.ts";
import type { Level } from "./foreign-keys.ts";
import type { Variables } from "./interpolate.ts";
import type { KeyTable } from "./key-schemas.ts";
import { type Entries, hasUnknownKey, readKeys } from "./keys.ts";
import { portsIn, showPortReferences } from "./port-references.ts";
import type { SecretKeeper } from "./secret-keeper.ts";
import { maskReferences, secretsIn } from "./secrets.ts";
import { signalName } from "./signals.ts";
import { type Parsed, parseDuration, parseSize } from "./units.ts";
import type { ScalarTree, Tree } from "./yaml-tree.ts";

/** What every reader needs: where errors go, where secrets go, and the variables of whoever registers. */
export interface Reading {
  readonly report: Report;
  readonly secrets: SecretKeeper;
  readonly variables: Variables;
}

/** A value and its name in messages, e.g. `stop.timeout of api`. Every reader gives undefined after it has reported why. */
export interface Field {
  readonly tree: Tree;
  readonly what: string;
  readonly reading: Reading;
}

/** Reports that a value cannot be used; always undefined, to be returned. */
export function refuse(field: Field, why: string, hint?: string): undefined {
  const { tree, what, reading } = field;
  if (tree.kind === "scalar" && tree.broken) return undefined;
  reading.report.error(tree.place, `cannot use ${shown(tree)} as ${what}: ${why}`, hint);
  return undefined;
}

function shown(tree: Tree): string {
  if (tree.kind !== "scalar") return `a ${tree.kind}`;
  const text = showPortReferences(maskReferences(tree.text));
  return tree.value === null ? "nothing" : `"${text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text}"`;
}

/** A longer value is cut in messages, in characters. */
const SHOWN_MAX = 60;

/** The scalar itself, whatever it holds. Null is none. */
export function readScalar(field: Field, wanted: string, hint?: string): ScalarTree | undefined {
  const { tree } = field;
  if (tree.kind !== "scalar" || tree.value === null) return refuse(field, `it must be ${wanted}`, hint);
  return tree.broken ? undefined : tree;
}

/** A text that people may see: not empty, on one line, without secrets. Numbers and booleans count as the text that was written. */
export function readText(field: Field): string | undefined {
  const scalar = readScalar(field, "a text");
  if (!scalar) return undefined;
  if (scalar.text.trim() === "") return refuse(field, "it is empty");
  if (/[\r\n]/.test(scalar.text)) return refuse(field, "it has several lines");
  const secret = secretsIn(scalar.text)[0];
  if (secret !== undefined)
    return refuse(
      field,
      `\${${secret}} is named like a secret, and this value is shown to people`,
      "use a variable with another name, or pass the secret by `environment`",
    );
  const port = portsIn(scalar.text)[0];
  if (port !== undefined)
    return refuse(
      field,
      "a port is not known before the start",
      "ports can stand in command, args, environment, health_check and stop.command",
    );
  return scalar.text;
}

/** A text, or a list of texts. */
export function readTexts(field: Field): string[] | undefined {
  const { tree } = field;
  if (tree.kind === "map") return refuse(field, "it must be a text or a list of texts");
  const trees = tree.kind === "list" ? tree.items : [tree];
  const texts = trees.map((item) => readText({ ...field, tree: item }));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** `true` or `false`. */
export function readBoolean(field: Field): boolean | undefined {
  const scalar = readScalar(field, "true or false");
  if (!scalar) return undefined;
  if (typeof scalar.value === "boolean") return scalar.value;
  const meant = { yes: "true", on: "true", no: "false", off: "false", true: "true", false: "false" }[scalar.text.toLowerCase()];
  return refuse(field, "it must be true or false", meant && `write ${meant}, without quotes`);
}

/** A whole number from `min` to `max`. */
export function readInteger(field: Field, min: number, max: number): number | undefined {
  const value = readNumber(field, min, max);
  return value === undefined || Number.isInteger(value) ? value : refuse(field, "it must be a whole number");
}

/** A number from `min` to `max`. */
export function readNumber(field: Field, min: number, max: number): number | undefined {
  const scalar = readScalar(field, "a number");
  if (!scalar) return undefined;
  if (typeof scalar.value !== "number")
    return refuse(
      field,
      "it must be a number",
      Number.isNaN(Number.parseFloat(scalar.text)) ? undefined : "write it without quotes and without a unit",
    );
  if (scalar.value >= min && scalar.value <= max) return scalar.value;
  return refuse(field, max === Number.MAX_SAFE_INTEGER ? `it must be at least ${min}` : `it must be from ${min} to ${max}`);
}

/** A duration, in milliseconds. */
export function readDuration(field: Field): number | undefined {
  return readQuantity(field, "a duration", parseDuration);
}

/** A size above zero, in bytes. */
export function readSize(field: Field, bareUnit?: "MB"): number | undefined {
  const bytes = readQuantity(field, "a size", (text) => parseSize(text, bareUnit));
  return bytes === 0 ? refuse(field, "it must be more than 0", "remove it for no limit") : bytes;
}

function readQuantity(field: Field, wanted: string, parse: (text: string) => Parsed): number | undefined {
  const scalar = readScalar(field, wanted);
  if (!scalar) return undefined;
  const parsed = parse(scalar.text);
  return "value" in parsed ? parsed.value : refuse(field, parsed.problem, parsed.hint);
}

/** A signal by name, as `SIGTERM`. */
export function readSignal(field: Field): string | undefined {
  const text = readText(field);
  if (text === undefined) return undefined;
  return signalName(text) ?? refuse(field, "there is no such signal", "write a name such as SIGTERM, SIGINT, SIGQUIT or SIGHUP");
}

/** One of a few words. */
export function readChoice<Word extends string>(
  field: Field,
  words: readonly Word[],
  answers: Readonly<Record<string, string>> = {},
): Word | undefined {
  const scalar = readScalar(field, words.join(", "));
  if (!scalar) return undefined;
  const word = words.find((candidate) => candidate === scalar.text);
  const hint = Object.hasOwn(answers, scalar.text) ? answers[scalar.text] : undefined;
  return word ?? refuse(field, `it must be ${listed(words)}`, hint);
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The entries of a map whose keys a table names; undefined for what is no map. `nameOf` names each in messages. */
export function readMap<Table extends KeyTable>(
  field: Field,
  table: Table,
  level: Level,
  nameOf = insideOf(field.what),
): MapFields<keyof Table & string> | undefined {
  const { tree, what, reading } = field;
  if (tree.kind !== "map") return refuse(field, "it must be a map", `its keys are ${Object.keys(table).join(", ")}`);
  return new MapFields(readKeys(tree, table, level, what, reading.report), nameOf, reading);
}

/** Whether one of the map's keys is unknown, and reported: then another one that is missing is in all likelihood the misspelt one, and not worth an error of its own. */
export function hasMisspelt({ tree }: Field, table: KeyTable): boolean {
  return tree.kind === "map" && hasUnknownKey(tree, table);
}

/** `stop of api` gives `stop.timeout of api`. */
function insideOf(what: string): (key: string) => string {
  const blank = what.indexOf(" ");
  const outer = blank === -1 ? what : what.slice(0, blank);
  return (key) => `${outer}.${key}${what.slice(outer.length)}`;
}

/** Reads the fields of one map, each with a default for when it is absent (or wrong, which is then in the report). */
export class MapFields<Key extends string> {
  private readonly entries: Entries<Key>;
  private readonly nameOf: (key: string) => string;
  private readonly reading: Reading;

  constructor(entries: Entries<Key>, nameOf: (key: string) => string, reading: Reading) {
    this.entries = entries;
    this.nameOf = nameOf;
    this.reading = reading;
  }

  has(key: Key): boolean {
    return this.entries.has(key);
  }

  field(key: Key): Field | undefined {
    const entry = this.entries.get(key);
    return entry && { tree: entry.value, what: this.nameOf(key), reading: this.reading };
  }

  read<Value, Default>(key: Key, read: (field: Field) => Value | undefined, fallback: Default): Value | Default {
    const field = this.field(key);
    return field ? (read(field) ?? fallback) : fallback;
  }
}
