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

/** The latest values that apps measured: one line a series; of a histogram its median, its 95th percentile and its count. */
export function renderSeries(series: readonly MetricSeries[], columns: number, paint: Paint, now = Date.now()): string[] {
  const rows = series.map(({ namespace, name, tags, kind, updatedAt, ...values }) => [
    { text: namespace },
    { text: name + tagsText(tags), paint: paint.bold },
    { text: kind, paint: paint.dim },
    { text: valueText(values) },
    { text: formatDuration(now - Date.parse(updatedAt)), paint: paint.dim },
  ]);
  return renderTable(COLUMNS, rows, columns, paint);
}

function tagsText(tags: Readonly<Record<string, string>>): string {
  const entries = Object.entries(tags);
  return entries.length === 0 ? "" : `{${entries.map(([name, value]) => `${name}=${value}`).join(",")}}`;
}

function valueText({ value, histogram }: Pick<MetricSeries, "value" | "histogram">): string {
  if (!histogram) return number(value);
  return `p50 ${number(quantile(histogram, 0.5))}  p95 ${number(quantile(histogram, 0.95))}  max ${number(histogram.max)}  n ${histogram.count}`;
}

/** At most six significant digits. */
function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
