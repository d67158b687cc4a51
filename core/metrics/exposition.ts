/**
 * Metrics as text: OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/), and the text format 0.0.4 of
 * Prometheus for readers that know no other.
 */

/** One value. */
export interface Sample {
  /** After the family's name, of a histogram: `_bucket`, `_count` or `_sum`. */
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All values of one name. */
export interface MetricFamily {
  /** Without `_total` and `_info`, which the text adds where the format wants them; ends with `_UNIT` where there is a unit. */
  readonly name: string;
  /** `info` says things in labels, its value is 1. */
  readonly type: "gauge" | "counter" | "info" | "histogram";
  /** e.g. `seconds`, `bytes`; absent where there is none. */
  readonly unit?: string;
  /** One sentence without its full stop. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** The media type of each format, as the answer names it. */
export const MEDIA_TYPES = {
  openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
} as const;

/** How metrics are written. */
export type MetricsFormat = keyof typeof MEDIA_TYPES;

/** The text of these metrics. A family without samples is left out. */
export function renderMetrics(families: readonly MetricFamily[], format: MetricsFormat): string {
  const lines = families.filter(({ samples }) => samples.length > 0).flatMap((family) => renderFamily(family, format));
  return `${[...lines, ...(format === "openMetrics" ? ["# EOF"] : [])].join("\n")}\n`;
}

function renderFamily(family: MetricFamily, format: MetricsFormat): string[] {
  const sampleName = family.name + SUFFIXES[family.type];
  const samples = family.samples.map(
    ({ suffix = "", labels, value }) => `${sampleName}${suffix}${renderLabels(labels)} ${renderNumber(value)}`,
  );
  if (format === "prometheus") {
    const type = family.type === "info" ? "gauge" : family.type;
    return [`# HELP ${sampleName} ${escapeBreaks(family.help)}`, `# TYPE ${sampleName} ${type}`, ...samples];
  }
  const unit = family.unit === undefined ? [] : [`# UNIT ${family.name} ${family.unit}`];
  return [`# TYPE ${family.name} ${family.type}`, ...unit, `# HELP ${family.name} ${escapeText(family.help)}`, ...samples];
}

const SUFFIXES = { gauge: "", counter: "_total", info: "_info", histogram: "" } as const satisfies Record<MetricFamily["type"], string>;

function renderLabels(labels: Sample["labels"]): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** In quotes, and in OpenMetrics everywhere, the quotation mark is escaped, too. */
function escapeText(text: string): string {
  return escapeBreaks(text).replaceAll('"', '\\"');
}

function escapeBreaks(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function renderNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
