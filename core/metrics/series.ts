/** What apps measure, as the hub keeps it: the latest value of each series. A series is a name, its tags, and the namespace that it came from. */

/** A counter adds up what it is given, a gauge is the last that it was given, a histogram tells how values are spread. */
export type MetricKind = "counter" | "gauge" | "histogram";

export const METRIC_KINDS: readonly MetricKind[] = ["counter", "gauge", "histogram"];

/** One series, as `GHOST.METRICS` tells it. */
export interface MetricSeries {
  /** Who measured: the namespace of the connection, which is the app's name. */
  readonly namespace: string;
  readonly name: string;
  readonly kind: MetricKind;
  readonly tags: Readonly<Record<string, string>>;
  /** The sum of a counter, the last value of a gauge and of a histogram. */
  readonly value: number;
  /** When the last value came, ISO 8601. */
  readonly updatedAt: string;
  /** Of a histogram only. */
  readonly histogram?: MetricHistogram;
}

/** How the values of a histogram are spread. */
export interface MetricHistogram {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** How many values were at most `le`; cumulative, as in OpenMetrics. The last `le` is null: all. */
  readonly buckets: readonly { readonly le: number | null; readonly count: number }[];
}

/** Upper ends of a histogram's buckets. Wide enough for milliseconds from a cached read to a slow job. */
export const BUCKET_ENDS: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/**
 * The value below which the share `q` (0 to 1) of a histogram's values lies, about: it is somewhere in a bucket, and the end of that bucket is told, or
 * `max` where that is less.
 */
export function quantile({ count, max, buckets }: MetricHistogram, q: number): number {
  const rank = q * count;
  const bucket = buckets.find((each) => each.count >= rank);
  return Math.min(bucket?.le ?? max, max);
}
