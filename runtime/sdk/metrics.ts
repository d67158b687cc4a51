import type { HubSession } from "../../core/bus/session/session.ts";
import type { MetricKind } from "../../core/metrics/series.ts";
import { G } from "./g.ts";

/** What tells series of one name apart, with few values each: `{ route: "/orders" }`. */
export type MetricTags = Readonly<Record<string, string | number | boolean>>;

/**
 * What the app measures. `ghost metrics NAME` shows it, and `GET /metrics` of the daemon. Calls return at once and never fail: those of one
 * turn go to the hub together, and without a hub they are dropped and counted. What they give resolves when the turn's values are handed over.
 *
 * A name has letters, digits and `_ . : / -`, and begins with a letter or `_`.
 */
export interface Metrics {
  /** One value of many whose spread matters; the hub keeps count, sum, least, most and a histogram. `Ghost.metrics.track("order.total", 9.5)` */
  track(name: string, value: number, tags?: MetricTags): Promise<void>;
  /** Adds to a counter, by default 1; a counter only grows. `Ghost.metrics.increment("orders", 1, { shop: "eu" })` */
  increment(name: string, by?: number, tags?: MetricTags): Promise<void>;
  /** How much there is now; the last value counts. `Ghost.metrics.gauge("queue.length", 12)` */
  gauge(name: string, value: number, tags?: MetricTags): Promise<void>;
  /** How long something took, in milliseconds. `Ghost.metrics.recordLatency("db.query", 3.2)` */
  recordLatency(name: string, milliseconds: number, tags?: MetricTags): Promise<void>;
  /** Values that were not taken, because there was no hub or it refused them. */
  readonly dropped: number;
}

/** Values that one turn may hand over; more are dropped. Counters and gauges of one series are one. */
const VALUES_PER_TURN_MAX = 10_000;

type Value = { readonly kind: MetricKind; readonly name: string; readonly tags: string; value: number };

/** Metrics in the hub, with GHOST.METRIC. */
export class HubMetrics implements Metrics {
  dropped = 0;
  /** The hub cannot be reached at the moment. */
  isAway = false;
  private readonly session: HubSession;
  private readonly isOff: () => boolean;
  private values = new Map<unknown, Value>();
  private flushing: Promise<void> | null = null;
  private wasUsed = false;

  constructor(session: HubSession, isOff: () => boolean) {
    this.session = session;
    this.isOff = isOff;
  }

  track(name: string, value: number, tags?: MetricTags): Promise<void> {
    return this.add("histogram", name, value, tags);
  }

  increment(name: string, by = 1, tags?: MetricTags): Promise<void> {
    return this.add("counter", name, by, tags);
  }

  gauge(name: string, value: number, tags?: MetricTags): Promise<void> {
    return this.add("gauge", name, value, tags);
  }

  recordLatency(name: string, milliseconds: number, tags?: MetricTags): Promise<void> {
    return this.track(name, milliseconds, tags);
  }

  /** Hands over what the turn measured; gives whether the hub was ever told anything. */
  async flushed(): Promise<boolean> {
    await this.flushing;
    return this.wasUsed;
  }

  private add(kind: MetricKind, name: string, value: number, given?: MetricTags): Promise<void> {
    const tags = given ? JSON.stringify(given) : "";
    const key = kind === "histogram" ? this.values.size : `${kind} ${name} ${tags}`;
    const known = this.values.get(key);
    if (known) known.value = kind === "counter" ? known.value + value : value;
    else if (this.values.size < VALUES_PER_TURN_MAX) this.values.set(key, { kind, name, value, tags });
    else this.dropped++;
    this.flushing ??= Promise.resolve().then(() => this.flush());
    return this.flushing;
  }

  private flush(): void {
    const values = [...this.values.values()];
    this.values.clear();
    this.flushing = null;
    if (this.isAway || this.isOff()) {
      this.dropped += values.length;
      return;
    }
    this.wasUsed = true;
    for (const value of values) this.send(value);
  }

  private send({ kind, name, value, tags }: Value): void {
    this.session.send(["GHOST.METRIC", name, kind, String(value), ...(tags ? [tags] : [])]).catch((error: Error) => {
      if (this.dropped++ === 0) G.warn("metrics are dropped", { why: error.message });
    });
  }
}
