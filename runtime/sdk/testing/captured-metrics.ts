import { KeptMetrics } from "../../../core/metrics/kept-metrics.ts";
import { readMeasurement } from "../../../core/metrics/measurement.ts";
import type { MetricKind } from "../../../core/metrics/series.ts";
import { textOf } from "../hub-metrics.ts";
import type { Metrics, MetricTags } from "../metrics.ts";
import { type RefusedMetric, tellRefused } from "../tell-refused.ts";

/** Values of one series that are kept; then the oldest go. */
export const VALUES_MAX = 100_000;

/**
 * What the app measured through `Ghost.metrics`. Names are as the app gave them; without tags, a question is about all series of a name. What the hub would not take is
 * dropped and told in the log, as it is there.
 */
export class CapturedMetrics implements Metrics {
  dropped = 0;
  private readonly now: () => number;
  private readonly tellRefused: (problem: RefusedMetric) => void;
  private readonly hub = new KeptMetrics();
  private readonly counters = new Map<string, number>();
  private readonly gauges = new Map<string, number>();
  private readonly lists = new Map<string, number[]>();

  /** `now`: milliseconds since 1970. `tell` is told of each value that is not taken; default: the log, once for each name. */
  constructor(now: () => number, tell?: (problem: RefusedMetric) => void) {
    const told = new Set<string>();
    this.now = now;
    this.tellRefused = tell ?? ((problem) => tellRefused(problem, told));
  }

  async track(name: string, value: number, tags?: MetricTags): Promise<void> {
    this.take("histogram", name, value, tags, (key) => {
      const list = this.lists.get(key) ?? [];
      this.lists.set(key, list);
      if (list.push(value) > VALUES_MAX) list.shift();
    });
  }

  async increment(name: string, by = 1, tags?: MetricTags): Promise<void> {
    this.take("counter", name, by, tags, (key) => this.counters.set(key, (this.counters.get(key) ?? 0) + by));
  }

  async gauge(name: string, value: number, tags?: MetricTags): Promise<void> {
    this.take("gauge", name, value, tags, (key) => this.gauges.set(key, value));
  }

  recordLatency(name: string, milliseconds: number, tags?: MetricTags): Promise<void> {
    return this.track(name, milliseconds, tags);
  }

  /** What a counter has come to; 0 for one that never was. */
  counter(name: string, tags?: MetricTags): number {
    return matching(this.counters, name, tags).reduce((sum, value) => sum + value, 0);
  }

  /** The last value of a gauge; undefined for one that never was. */
  lastGauge(name: string, tags?: MetricTags): number | undefined {
    return matching(this.gauges, name, tags).at(-1);
  }

  /** What was tracked, latencies among it, in order. */
  values(name: string, tags?: MetricTags): number[] {
    return matching(this.lists, name, tags).flat();
  }

  /** The names of all that was measured. */
  names(): string[] {
    const keys = [this.counters, this.gauges, this.lists].flatMap((series) => [...series.keys()]);
    return [...new Set(keys.map((key) => key.split("\n")[0] as string))].sort();
  }

  /** Asks the very code that the hub asks. */
  private take(kind: MetricKind, name: string, value: number, tags: MetricTags | undefined, keep: (key: string) => void): void {
    const problem = this.problemOf(kind, name, value, tags);
    if (problem === null) return void keep(keyOf(name, tags));
    this.dropped++;
    this.tellRefused({ is: "refused", name, error: new Error(problem) });
  }

  private problemOf(kind: MetricKind, name: string, value: number, tags?: MetricTags): string | null {
    if (typeof name !== "string") return `cannot send ${String(name)}: it is neither a text nor bytes`;
    const read = readMeasurement({ name, kind, value: String(value), tags: tags && textOf(tags) }, "test");
    return typeof read === "string" ? read : this.hub.record(read, this.now());
  }
}

function keyOf(name: string, tags: MetricTags = {}): string {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}\n${sorted.map(([tag, value]) => `${tag}=${value}`).join("\n")}`;
}

function matching<Value>(series: ReadonlyMap<string, Value>, name: string, tags?: MetricTags): Value[] {
  const isWanted = (key: string): boolean => (tags ? key === keyOf(name, tags) : key.startsWith(`${name}\n`));
  return [...series].filter(([key]) => isWanted(key)).map(([, value]) => value);
}
