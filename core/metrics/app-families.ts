import type { MetricFamily, Sample } from "./exposition.ts";
import type { MetricHistogram, MetricSeries } from "./series.ts";

/** What begins the names of what apps measure, so that none is taken for Ghost's own. */
const PREFIX = "app_";
/** Labels that are ours: a tag of such a name is written as `tag_NAME`. */
const OWN_LABELS: ReadonlySet<string> = new Set(["app", "le"]);

/**
 * What apps measured, as families: `orders.placed` of the app `shop` is `app_orders_placed{app="shop"}`. Where apps use one name for different kinds, the
 * first kind counts, because a name has one; so it is with series that differ only in characters that names cannot have.
 */
export function appFamilies(series: readonly MetricSeries[]): MetricFamily[] {
  const families = new Map<string, { readonly family: MetricFamily; readonly samples: Sample[]; readonly seen: Set<string> }>();
  for (const one of series) {
    const name = nameOf(one);
    const known = families.get(name) ?? begin(name, one);
    families.set(name, known);
    const labels = labelsOf(one);
    const key = JSON.stringify(Object.entries(labels).sort());
    if (known.family.type !== one.kind || known.seen.has(key)) continue;
    known.seen.add(key);
    known.samples.push(...samplesOf(one, labels));
  }
  return [...families.values()].map(({ family, samples }) => ({ ...family, samples }));
}

function begin(name: string, { name: own, kind }: MetricSeries): { family: MetricFamily; samples: Sample[]; seen: Set<string> } {
  return { family: { name, type: kind, help: `${own}, as apps measure it`, samples: [] }, samples: [], seen: new Set() };
}

function nameOf({ name }: MetricSeries): string {
  return PREFIX + identifier(name).replace(/(_total|_info|_bucket|_count|_sum|_created)$/, "");
}

function identifier(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, "_");
}

function labelsOf({ namespace, tags }: MetricSeries): Record<string, string> {
  const entries = Object.entries(tags).map(([name, value]) => [labelOf(name), value]);
  return { app: namespace, ...Object.fromEntries(entries) };
}

function labelOf(name: string): string {
  const label = identifier(name);
  return OWN_LABELS.has(label) || !/^[A-Za-z]/.test(label) ? `tag_${label}` : label;
}

function samplesOf({ value, histogram }: MetricSeries, labels: Record<string, string>): Sample[] {
  return histogram ? spreadOf(histogram, labels) : [{ labels, value }];
}

function spreadOf({ count, sum, buckets }: MetricHistogram, labels: Record<string, string>): Sample[] {
  const ends = buckets.map((bucket) => ({ suffix: "_bucket", labels: { ...labels, le: endOf(bucket.le) }, value: bucket.count }));
  return [...ends, { suffix: "_count", labels, value: count }, { suffix: "_sum", labels, value: sum }];
}

/** A float as OpenMetrics wants it. */
function endOf(le: number | null): string {
  if (le === null) return "+Inf";
  return Number.isInteger(le) ? `${le}.0` : String(le);
}
