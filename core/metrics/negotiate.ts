import type { MetricsFormat } from "./exposition.ts";

/**
 * Which format a client wants by its `Accept` header (RFC 9110, 12.5.1): OpenMetrics, unless it prefers plain text or names
 * that alone. A header that fits nothing gets OpenMetrics, too: a text that can be read is better than an error.
 */
export function chooseFormat(accept: string | undefined): MetricsFormat {
  const ranges = (accept ?? "*/*").split(",").map(readRange);
  const openMetrics = weightOf("application", "openmetrics-text", ranges);
  const plain = weightOf("text", "plain", ranges);
  return plain > openMetrics ? "prometheus" : "openMetrics";
}

interface Range {
  readonly type: string;
  readonly subtype: string;
  readonly weight: number;
}

function readRange(text: string): Range {
  const [name = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const [type = "", subtype = ""] = name.split("/");
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const parsed = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, subtype, weight: Number.isFinite(parsed) ? parsed : 0 };
}

/** The most specific range counts. */
function weightOf(type: string, subtype: string, ranges: readonly Range[]): number {
  const exact = ranges.find((range) => range.type === type && range.subtype === subtype);
  const ofType = ranges.find((range) => range.type === type && range.subtype === "*");
  return (exact ?? ofType ?? ranges.find((range) => range.type === "*"))?.weight ?? 0;
}
