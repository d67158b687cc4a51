/** What tells series of one name apart, with few values each: `{ route: "/orders" }`. */
export type MetricTags = Readonly<Record<string, string | number | boolean>>;

/**
 * What the app measures. `ghost metrics NAME` shows it, and `GET /metrics` of the daemon. Calls return at once and never fail: those of one
 * turn go to the hub together, and without a hub they are dropped and counted. What they give resolves when the turn's values are handed over.
 *
 * A name has at most 200 letters, digits and `_ . : / -`, and begins with a letter or `_`; a value is a finite number. What the hub does not take is dropped, and the
 * log says why, once for each name: so also when the app has 2,000 series (names with different tags) and one more is told.
 */
export interface Metrics {
  /** One value of many whose spread matters; the hub keeps count, sum, least, most and a histogram. `Ghost.metrics.track("order.total", 9.5)` */
  track(name: string, value: number, tags?: MetricTags): Promise<void>;
  /** Adds to a counter, by default 1; a counter only grows. `Ghost.metrics.increment("orders", 1, { shop: "eu" })` */
  increment(name: string, by?: number, tags?: MetricTags): Promise<void>;
  /** How much there is now; the last value counts. `Ghost.metrics.gauge("queue.length", 12)` */
  gauge(name: string, value: number, tags?: MetricTags): Promise<void>;
  /** How long something took, in milliseconds: a value as `track` takes it, with the tag `unit: "ms"`. `Ghost.metrics.recordLatency("db.query", 3.2)` */
  recordLatency(name: string, milliseconds: number, tags?: MetricTags): Promise<void>;
  /** Values that were not taken, because there was no hub or it refused them. */
  readonly dropped: number;
}
