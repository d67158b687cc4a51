import { test } from "uvu";
import * as assert from "uvu/assert";
import type { MetricSeries } from "../../core/metrics/series.ts";
import { plain } from "./paint.ts";
import { renderSeries } from "./series-table.ts";

const NOW = Date.parse("2026-11-27T00:01:00Z");
const COUNTER: MetricSeries = {
  namespace: "shop",
  name: "orders",
  kind: "counter",
  tags: { city: "berlin", new: "true" },
  value: 0.1 + 0.2,
  updatedAt: "2026-11-27T00:00:00.000Z",
};
const HISTOGRAM: MetricSeries = {
  ...COUNTER,
  name: "latency",
  kind: "histogram",
  tags: {},
  histogram: {
    count: 4,
    sum: 20,
    min: 1,
    max: 9,
    buckets: [
      { le: 5, count: 3 },
      { le: 10, count: 4 },
      { le: null, count: 4 },
    ],
  },
};

test("one line a series, with its tags; a histogram tells how its values are spread", () => {
  assert.equal(renderSeries([COUNTER, HISTOGRAM], 200, plain, NOW), [
    "APP   METRIC                        KIND                          VALUE  AGE",
    "shop  orders{city=berlin,new=true}  counter                         0.3   1m",
    "shop  latency                       histogram  p50 5  p95 9  max 9  n 4   1m",
  ]);
});

test("the values of a spread have three digits, and the unit that its tag names", () => {
  const latency = {
    ...HISTOGRAM,
    tags: { unit: "ms", table: "items" },
    histogram: { ...HISTOGRAM.histogram, count: 1, max: 6.58744, buckets: [{ le: null, count: 1 }] },
  };
  const [, line = ""] = renderSeries([latency as MetricSeries], 200, plain, NOW);
  assert.match(line, /^shop {2}latency\{table=items\} +histogram {2}p50 6\.59ms {2}p95 6\.59ms {2}max 6\.59ms {2}n 1 /);
});

test("a narrow terminal goes without kind and age", () => {
  const [head = ""] = renderSeries([COUNTER], 45, plain, NOW);
  assert.equal(head.split(/ +/), ["APP", "METRIC", "VALUE"]);
});

test.run();
