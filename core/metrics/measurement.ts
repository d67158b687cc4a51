import { METRIC_KINDS, type MetricKind } from "./series.ts";

export const MEASUREMENT_LIMITS = {
  nameCharactersMax: 200,
  tagsMax: 16,
  /** Of a tag's name, and of its value. */
  tagCharactersMax: 200,
} as const;

/** One value that is told. */
export interface Measurement {
  readonly namespace: string;
  readonly name: string;
  readonly kind: MetricKind;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** One value in the words of `GHOST.METRIC`. */
export interface MeasurementWords {
  readonly name: string;
  readonly kind: string;
  readonly value: string;
  /** JSON; undefined: none. */
  readonly tags?: string;
}

const NAME = /^[A-Za-z_][\w.:/-]*$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const BAD_TAGS = 'ERR tags are a JSON object of texts, such as {"route":"/orders"}';

/** Reads a value that `namespace` tells. What cannot be read gives why, as a text that begins with a code word; what may not be is for `problemOf`. */
export function readMeasurement({ name, kind, value, tags }: MeasurementWords, namespace: string): Measurement | string {
  const known = METRIC_KINDS.find((each) => each === kind.toLowerCase());
  if (known === undefined) return `ERR a metric is one of ${METRIC_KINDS.join(", ")}`;
  if (!NUMBER.test(value)) return `ERR cannot take the metric: the value ${value.slice(0, 40)} is no number`;
  const read = tags === undefined ? {} : readTags(tags);
  return read === null ? BAD_TAGS : { namespace, name, kind: known, value: Number(value), tags: read };
}

/** Why a value cannot be taken, whatever else is kept; null: it can. */
export function problemOf({ name, kind, value, tags }: Measurement): string | null {
  const { nameCharactersMax, tagsMax, tagCharactersMax } = MEASUREMENT_LIMITS;
  if (name.length > nameCharactersMax) return `a name has at most ${nameCharactersMax} characters`;
  if (!NAME.test(name)) return `${JSON.stringify(name)} is no name: letters, digits, _ . : / and -, a letter or _ first`;
  if (!Number.isFinite(value)) return `the value of ${name} is no number`;
  if (kind === "counter" && value < 0) return `a counter only grows, and ${value} is below 0`;
  const entries = Object.entries(tags);
  if (entries.length > tagsMax) return `it has more than ${tagsMax} tags`;
  const long = entries.find((words) => words.some(({ length }) => length > tagCharactersMax));
  return long ? `the tag ${long[0].slice(0, 40)} has more than ${tagCharactersMax} characters` : null;
}

function readTags(text: string): Record<string, string> | null {
  const tags = parse(text);
  if (typeof tags !== "object" || tags === null || Array.isArray(tags)) return null;
  const entries = Object.entries(tags as Record<string, unknown>);
  const isPlain = entries.every(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  return isPlain ? Object.fromEntries(entries.map(([name, value]) => [name, String(value)])) : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
