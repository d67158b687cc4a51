import { type MetricSeries, quantile } from "../../core/metrics/series.ts";
import type { Paint } from "./paint.ts";
import { formatDuration } from "./quantities.ts";
import { type Column, renderTable } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { title: "APP" },
  { title: "METRIC", flexible: true },
  { title: "KIND", spare: 1 },
  { title: "VALUE", align: "right" },
  { title: "AGE", align: "right", spare: 2 },
];

/** The latest values that apps measured: one line a series; of a histogram its median, its 95th percentile and its count. The tag `unit` stands behind the values. */
export function renderSeries(series: readonly MetricSeries[], columns: number, paint: Paint, now = Date.now()): string[] {
  const rows = series.map(({ namespace, name, tags: { unit = "", ...rest }, kind, updatedAt, ...values }) => [
    { text: namespace },
    { text: name + tagsText(rest), paint: paint.bold },
    { text: kind, paint: paint.dim },
    { text: valueText(values, unit) },
    { text: formatDuration(now - Date.parse(updatedAt)), paint: paint.dim },
  ]);
  return renderTable(COLUMNS, rows, columns, paint);
}

function tagsText(tags: Readonly<Record<string, string>>): string {
  const entries = Object.entries(tags);
  return entries.length === 0 ? "" : `{${entries.map(([name, value]) => `${name}=${value}`).join(",")}}`;
}

function valueText({ value, histogram }: Pick<MetricSeries, "value" | "histogram">, unit: string): string {
  if (!histogram) return number(value) + unit;
  const [half, most] = [0.5, 0.95].map((share) => short(quantile(histogram, share)) + unit);
  return `p50 ${half}  p95 ${most}  max ${short(histogram.max)}${unit}  n ${histogram.count}`;
}

/** What a spread tells is no more exact than three digits. */
function short(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** At most six significant digits. */
function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
