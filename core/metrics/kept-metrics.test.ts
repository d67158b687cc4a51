import { test } from "uvu";
import * as assert from "uvu/assert";
import { KeptMetrics, METRIC_LIMITS } from "./kept-metrics.ts";
import { MEASUREMENT_LIMITS, type Measurement } from "./measurement.ts";
import { quantile } from "./series.ts";

const NOW = Date.parse("2026-11-27T00:00:00Z");
const ONE: Measurement = { namespace: "shop", name: "orders", kind: "counter", value: 2, tags: {} };

test("a counter adds, a gauge replaces, and each set of tags is a series of its own", () => {
  const metrics = new KeptMetrics();
  for (const value of [2, 0.5]) assert.is(metrics.record({ ...ONE, value }, NOW), null);
  for (const value of [7, -3]) assert.is(metrics.record({ ...ONE, name: "depth", kind: "gauge", value }, NOW), null);
  assert.is(metrics.record({ ...ONE, tags: { b: "2", a: "1" } }, NOW), null);
  assert.is(metrics.record({ ...ONE, tags: { a: "1", b: "2" } }, NOW), null);
  assert.equal(
    metrics.list("*", null).map(({ name, value, tags, updatedAt }) => [name, value, tags, updatedAt]),
    [
      ["depth", -3, {}, "2026-11-27T00:00:00.000Z"],
      ["orders", 2.5, {}, "2026-11-27T00:00:00.000Z"],
      ["orders", 4, { b: "2", a: "1" }, "2026-11-27T00:00:00.000Z"],
    ],
  );
});

test("a histogram keeps count, sum, extremes and cumulative buckets", () => {
  const metrics = new KeptMetrics();
  for (const value of [0.05, 3, 3, 80, 50_000]) metrics.record({ ...ONE, kind: "histogram", value }, NOW);
  const [series] = metrics.list("*", "shop");
  const { count, sum, min, max, buckets = [] } = series?.histogram ?? {};
  assert.equal([count, sum, min, max, series?.value], [5, 50_086.05, 0.05, 50_000, 50_000]);
  const at = (le: number | null) => buckets.find((bucket) => bucket.le === le)?.count;
  assert.equal([at(0.1), at(2.5), at(5), at(100), at(10_000), at(null)], [1, 1, 3, 4, 4, 5]);
  assert.equal(
    series?.histogram && [quantile(series.histogram, 0.5), quantile(series.histogram, 0.8), quantile(series.histogram, 1)],
    [5, 100, 50_000],
  );
});

test("names are matched by glob, and namespaces kept apart", () => {
  const metrics = new KeptMetrics();
  for (const name of ["http.get", "http.put", "jobs"]) metrics.record({ ...ONE, name }, NOW);
  metrics.record({ ...ONE, namespace: "other", name: "http.get" }, NOW);
  const names = (glob: string, namespace: string | null) => metrics.list(glob, namespace).map((one) => `${one.namespace}/${one.name}`);
  assert.equal(names("http.*", null), ["other/http.get", "shop/http.get", "shop/http.put"]);
  assert.equal(names("*", "other"), ["other/http.get"]);
});

const refused: readonly (readonly [what: string, change: Partial<Measurement>, why: RegExp])[] = [
  ["an empty name", { name: "" }, /is no name/],
  ["a name with a blank", { name: "a b" }, /is no name/],
  ["a long name", { name: "x".repeat(MEASUREMENT_LIMITS.nameCharactersMax + 1) }, /at most 200 characters/],
  ["infinity", { value: Number.POSITIVE_INFINITY }, /no number/],
  ["a counter that falls", { value: -1 }, /only grows/],
  ["many tags", { tags: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`t${n}`, ""])) }, /more than 16 tags/],
  ["a long tag", { tags: { a: "x".repeat(201) } }, /more than 200 characters/],
  ["another kind", { kind: "gauge" }, /orders is a counter, not a gauge/],
];

for (const [what, change, why] of refused) {
  test(`${what} is refused with the reason`, () => {
    const metrics = new KeptMetrics();
    metrics.record(ONE, NOW);
    assert.match(metrics.record({ ...ONE, ...change }, NOW) ?? "taken", why);
  });
}

test("a namespace has a limit of series, and those that nobody updates make room", () => {
  const metrics = new KeptMetrics();
  for (let index = 0; index < METRIC_LIMITS.seriesPerNamespaceMax; index++) metrics.record({ ...ONE, tags: { user: `${index}` } }, NOW);
  assert.match(metrics.record(ONE, NOW) ?? "taken", /^LIMIT /);
  assert.is(metrics.record({ ...ONE, tags: { user: "1" } }, NOW), null);
  assert.is(metrics.record({ ...ONE, namespace: "other" }, NOW), null);
  assert.is(metrics.record(ONE, NOW + METRIC_LIMITS.staleMs), null);
  assert.is(metrics.size, 1);
});

test.run();
