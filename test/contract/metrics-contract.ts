import * as assert from "uvu/assert";
import type { Metrics, MetricTags } from "../../runtime/sdk/metrics.ts";
import { test } from "../rig/test.ts";

/** Metrics of one test. */
export interface OpenedMetrics extends AsyncDisposable {
  readonly metrics: Metrics;
  /** What was refused up to now: names and reasons, in order. */
  told(): Promise<string[]>;
}

const ENDLESS: Record<string, unknown> = {};
ENDLESS.self = ENDLESS;

const REFUSED: readonly (readonly [what: string, measure: (metrics: Metrics) => Promise<void>, told: string])[] = [
  ["NaN", (metrics) => metrics.gauge("depth", Number.NaN), "depth: ERR cannot take the metric: the value NaN is no number"],
  [
    "Infinity",
    (metrics) => metrics.track("depth", Number.POSITIVE_INFINITY),
    "depth: ERR cannot take the metric: the value Infinity is no number",
  ],
  ["a text", (metrics) => metrics.increment("depth", "much" as never), "depth: ERR cannot take the metric: the value much is no number"],
  [
    "what makes a counter less",
    (metrics) => metrics.increment("depth", -1),
    "depth: ERR cannot take the metric: a counter only grows, and -1 is below 0",
  ],
  [
    "a name that is none",
    (metrics) => metrics.track("two words", 1),
    'two words: ERR cannot take the metric: "two words" is no name: letters, digits, _ . : / and -, a letter or _ first',
  ],
  ["a name that is no text", (metrics) => metrics.track(5 as never, 1), "5: cannot send 5: it is neither a text nor bytes"],
  ["no name", (metrics) => metrics.increment(undefined as never), "undefined: cannot send undefined: it is neither a text nor bytes"],
  [
    "a symbol for a name",
    (metrics) => metrics.increment(Symbol("a") as never),
    "Symbol(a): cannot send Symbol(a): it is neither a text nor bytes",
  ],
  [
    "another kind of the same name",
    (metrics) => metrics.gauge("known", 1),
    "known: ERR cannot take the metric: known is a counter, not a gauge",
  ],
  [
    "too many tags",
    (metrics) => metrics.track("depth", 1, Object.fromEntries(Array.from({ length: 17 }, (_, tag) => [`t${tag}`, tag]))),
    "depth: ERR cannot take the metric: it has more than 16 tags",
  ],
  ...Object.entries({
    "that are endless": ENDLESS,
    "with a bigint": { a: 1n },
    "that are a function": () => 1,
    "in a list": ["a"],
    "with null": { a: null },
    "in tags": { a: { b: 1 } },
  }).map(
    ([what, tags]) =>
      [
        `tags ${what}`,
        (metrics: Metrics) => metrics.track("depth", 1, tags as unknown as MetricTags),
        'depth: ERR tags are a JSON object of texts, such as {"route":"/orders"}',
      ] as const,
  ),
];

/** What everybody who takes metrics takes, and refuses without an end to the app: it is dropped, counted and told. */
export function metricsContract({ name, open }: { readonly name: string; open(): Promise<OpenedMetrics> }): void {
  for (const [what, measure, expected] of REFUSED)
    test(`${name}: ${what} is refused without a throw, told, and counted as dropped`, async () => {
      await using opened = await open();
      const { metrics } = opened;
      await metrics.increment("known", 1);
      assert.is(await measure(metrics), undefined);
      assert.equal(await opened.told(), [expected]);
      assert.is(metrics.dropped, 1);
      // Whoever is behind it takes what comes next.
      await metrics.increment("known", 1, { shop: "eu", size: 7, isOpen: true });
      assert.equal(await opened.told(), [expected]);
    });
}
