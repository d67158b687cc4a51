/** A strict reader of OpenMetrics 1.0 text, as far as Ghost writes it: whatever the specification forbids is an error. */

export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string | null;
  readonly help: string | null;
  readonly samples: readonly ReadSample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?\\})? (\\S+)$`);
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]Inf)$/;
const SUFFIX: Readonly<Record<string, string>> = { gauge: "", counter: "_total", info: "_info", histogram: "" };
/** Of a histogram each sample has one of these. */
const OF_HISTOGRAM = ["_bucket", "_count", "_sum"];

interface Open {
  name: string;
  type: string | null;
  unit: string | null;
  help: string | null;
  samples: ReadSample[];
}

/** Reads a whole text; throws with the line that breaks a rule. */
export function readOpenMetrics(text: string): Map<string, ReadFamily> {
  if (!text.endsWith("# EOF\n")) throw new Error("it does not end with # EOF and a line feed");
  const families = new Map<string, Open>();
  const seen = new Set<string>();
  let current: Open | undefined;
  for (const line of text.slice(0, -"# EOF\n".length).split("\n").slice(0, -1)) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const meta = new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (.*)$`).exec(line);
    if (meta) {
      const [, kind, name = "", rest = ""] = meta;
      if (current?.name !== name) {
        if (families.has(name)) fail("a family comes twice, or in pieces");
        current = { name, type: null, unit: null, help: null, samples: [] };
        families.set(name, current);
      }
      if (current.samples.length > 0) fail("metadata after samples");
      if (kind === "TYPE") current.type = current.type === null && rest in SUFFIX ? rest : fail("a type that is unknown or comes twice");
      else if (kind === "UNIT")
        current.unit = current.unit === null && name.endsWith(`_${rest}`) ? rest : fail("a unit that the name does not end with");
      else
        current.help =
          current.help === null && !/[^\\]"|(?<!\\)(?:\\\\)*\\[^\\n"]/.test(rest)
            ? rest
            : fail("a help text that is not escaped, or comes twice");
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (!sample) return fail("neither metadata nor a sample");
    const [, name = "", labels = "", value = ""] = sample;
    const suffixes = current?.type === "histogram" ? OF_HISTOGRAM : [SUFFIX[current?.type ?? ""] ?? "?"];
    if (!suffixes.some((suffix) => name === `${current?.name}${suffix}`)) fail("a sample without its family");
    if (!NUMBER.test(value)) fail("no number");
    if (seen.has(`${name}{${labels}}`)) fail("a sample comes twice");
    seen.add(`${name}{${labels}}`);
    current?.samples.push({ name, labels: readLabels(labels, fail), value: readNumber(value) });
    if (current?.type === "counter" && !(readNumber(value) >= 0)) fail("a counter below 0");
  }
  return families as Map<string, ReadFamily>;
}

function readLabels(text: string, fail: (why: string) => never): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(/([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"/g)) {
    if (name in labels) fail("a label comes twice");
    labels[name] = value.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
  }
  return labels;
}

function readNumber(text: string): number {
  return /Inf$/.test(text) ? (text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number(text);
}
