import { compileGlob } from "../bus/glob.ts";
import { type Measurement, problemOf } from "./measurement.ts";
import { BUCKET_ENDS, type MetricKind, type MetricSeries } from "./series.ts";

export const METRIC_LIMITS = {
  /** Series of all namespaces together. */
  seriesMax: 20_000,
  /** Series of one namespace: tags with ever new values must not fill the hub. */
  seriesPerNamespaceMax: 2_000,
  /** A series without a new value for so long makes room for others, milliseconds. */
  staleMs: 60 * 60 * 1000,
} as const;

interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly kind: MetricKind;
  readonly tags: Readonly<Record<string, string>>;
  value: number;
  updatedAt: number;
  readonly spread: Spread | null;
}

interface Spread {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Of each bucket alone; the last is what lies beyond all ends. */
  readonly counts: number[];
}

/** The latest values of what apps measure, in memory: those of the hub begin anew with it. */
export class KeptMetrics {
  private readonly series = new Map<string, Series>();
  private readonly perNamespace = new Map<string, number>();

  /** How many series there are. */
  get size(): number {
    return this.series.size;
  }

  /** Takes a value, told at `now` (milliseconds since 1970). Gives why it cannot, beginning with a code word, or null. */
  record(measurement: Measurement, now: number): string | null {
    const problem = problemOf(measurement);
    if (problem !== null) return `ERR cannot take the metric: ${problem}`;
    const key = keyOf(measurement);
    const known = this.series.get(key);
    if (known && known.kind !== measurement.kind)
      return `ERR cannot take the metric: ${known.name} is a ${known.kind}, not a ${measurement.kind}`;
    if (!known && !this.hasRoom(measurement.namespace, now))
      return `LIMIT cannot take the metric: ${measurement.namespace} has ${METRIC_LIMITS.seriesPerNamespaceMax} series, or all together ${METRIC_LIMITS.seriesMax}; use tags with few values`;
    add(known ?? this.begin(key, measurement), measurement.value, now);
    return null;
  }

  /** The series whose names match a Redis glob, of one namespace or, null, of all; by namespace, name and tags. */
  list(glob: string, namespace: string | null): MetricSeries[] {
    const names = compileGlob(glob);
    const found = [...this.series].filter(([, one]) => (namespace === null || one.namespace === namespace) && names.matches(one.name));
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => viewOf(one));
  }

  private begin(key: string, { namespace, name, kind, tags }: Measurement): Series {
    const spread =
      kind === "histogram"
        ? { count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, counts: [...BUCKET_ENDS, 0].map(() => 0) }
        : null;
    const series: Series = { namespace, name, kind, tags, value: 0, updatedAt: 0, spread };
    this.series.set(key, series);
    this.perNamespace.set(namespace, (this.perNamespace.get(namespace) ?? 0) + 1);
    return series;
  }

  private hasRoom(namespace: string, now: number): boolean {
    const isFull = (): boolean =>
      this.series.size >= METRIC_LIMITS.seriesMax || (this.perNamespace.get(namespace) ?? 0) >= METRIC_LIMITS.seriesPerNamespaceMax;
    if (isFull()) this.removeStale(now);
    return !isFull();
  }

  private removeStale(now: number): void {
    for (const [key, { namespace, updatedAt }] of this.series) {
      if (now - updatedAt < METRIC_LIMITS.staleMs) continue;
      this.series.delete(key);
      this.perNamespace.set(namespace, (this.perNamespace.get(namespace) ?? 1) - 1);
    }
  }
}

function keyOf({ namespace, name, tags }: Measurement): string {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${namespace}\n${name}\n${sorted.length === 0 ? "" : JSON.stringify(sorted)}`;
}

function add(series: Series, value: number, now: number): void {
  series.value = series.kind === "counter" ? series.value + value : value;
  series.updatedAt = now;
  const { spread } = series;
  if (!spread) return;
  spread.count++;
  spread.sum += value;
  spread.min = Math.min(spread.min, value);
  spread.max = Math.max(spread.max, value);
  const index = BUCKET_ENDS.findIndex((end) => value <= end);
  const at = index === -1 ? BUCKET_ENDS.length : index;
  spread.counts[at] = (spread.counts[at] ?? 0) + 1;
}

function viewOf({ namespace, name, kind, tags, value, updatedAt, spread }: Series): MetricSeries {
  const plain = { namespace, name, kind, tags, value, updatedAt: new Date(updatedAt).toISOString() };
  if (!spread) return plain;
  const { count, sum, min, max, counts } = spread;
  let below = 0;
  const buckets = counts.map((each, index) => {
    below += each;
    return { le: BUCKET_ENDS[index] ?? null, count: below };
  });
  return { ...plain, histogram: { count, sum, min, max, buckets } };
}
