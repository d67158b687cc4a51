import type { Metrics, MetricTags } from "../metrics.ts";

/** Values of one series that are kept; then the oldest go. */
export const VALUES_MAX = 100_000;

/** What the app measured through `Ghost.metrics`. Names are as the app gave them; without tags, a question is about all series of a name. */
export class CapturedMetrics implements Metrics {
  readonly dropped = 0;
  private readonly counters = new Map<string, number>();
  private readonly gauges = new Map<string, number>();
  private readonly lists = new Map<string, number[]>();

  async track(name: string, value: number, tags?: MetricTags): Promise<void> {
    const key = keyOf(name, tags);
    const list = this.lists.get(key) ?? [];
    this.lists.set(key, list);
    if (list.push(value) > VALUES_MAX) list.shift();
  }

  async increment(name: string, by = 1, tags?: MetricTags): Promise<void> {
    const key = keyOf(name, tags);
    this.counters.set(key, (this.counters.get(key) ?? 0) + by);
  }

  async gauge(name: string, value: number, tags?: MetricTags): Promise<void> {
    this.gauges.set(keyOf(name, tags), value);
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
}

function keyOf(name: string, tags: MetricTags = {}): string {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}\n${sorted.map(([tag, value]) => `${tag}=${value}`).join("\n")}`;
}

function matching<Value>(series: ReadonlyMap<string, Value>, name: string, tags?: MetricTags): Value[] {
  const isWanted = (key: string): boolean => (tags ? key === keyOf(name, tags) : key.startsWith(`${name}\n`));
  return [...series].filter(([key]) => isWanted(key)).map(([, value]) => value);
}
