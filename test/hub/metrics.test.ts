import * as assert from "uvu/assert";
import type { MetricSeries } from "../../core/metrics/series.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { connectHub, hubSocket } from "./asking.ts";

test("the hub keeps the latest value of each series, by the namespace that told it, and refuses what is none", async () => {
  await using home = makeHome();
  const { socket } = (await home.ok(["hub", "start", "--json"])).json<{ socket: string }>();
  const token = (await home.ok(["hub", "token", "shop"])).stdout.trim();
  using operator = await connectHub(socket);
  using app = await connectHub(socket);
  assert.is(await app.ask("AUTH", token), "OK");
  assert.is(await app.ask("GHOST.METRIC", "orders", "counter", "2", '{"shop":"berlin"}'), "OK");
  assert.is(await app.ask("GHOST.METRIC", "orders", "counter", "1.5", '{"shop":"berlin"}'), "OK");
  assert.is(await operator.ask("GHOST.METRIC", "depth", "gauge", "-7"), "OK");
  const listed = async (hub: typeof app, ...words: string[]) =>
    JSON.parse(String(await hub.ask("GHOST.METRICS", ...words))) as MetricSeries[];
  const short = (series: MetricSeries[]) => series.map(({ namespace, name, value, tags }) => [namespace, name, value, tags]);
  assert.equal(short(await listed(operator)), [
    ["default", "depth", -7, {}],
    ["shop", "orders", 3.5, { shop: "berlin" }],
  ]);
  assert.equal(short(await listed(app)), [["shop", "orders", 3.5, { shop: "berlin" }]]);
  assert.equal(await listed(app, "d*"), []);
  for (const words of [
    ["orders", "meter", "1"],
    ["orders", "counter", "nan"],
    ["orders", "counter", "1", "[1]"],
    ["or ders", "counter", "1"],
  ]) {
    const error = await app.ask("GHOST.METRIC", ...words);
    assert.match(error instanceof Error ? error.message : "no error", /^ERR /, words.join(" "));
  }
});

test("ghost metrics shows what apps measure, beside the processes and alone", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: p\nprocesses:\n  - { name: shop, command: 'true' }\n");
  await home.ok(["register"]);
  assert.not((await home.ok(["metrics"])).stdout.includes("METRIC"));
  await home.ok(["hub", "start"]);
  using app = await connectHub(hubSocket(home));
  await app.ask("AUTH", (await home.ok(["hub", "token", "shop"])).stdout.trim());
  await app.ask("GHOST.METRIC", "http.get", "histogram", "3", '{"route":"/"}');
  assert.match((await home.ok(["metrics", "shop"])).stdout, /shop {2}http\.get\{route=\/\} {2}histogram {2}p50 3 {2}p95 3 {2}max 3 {2}n 1/);
  const names = async (...args: string[]) =>
    (await home.ok(["metrics", "--app", ...args, "--json"])).json<MetricSeries[]>().map(({ name }) => name);
  assert.equal(
    [await names(), await names("shop"), await names("http.*"), await names("other")],
    [["http.get"], ["http.get"], ["http.get"], []],
  );
});

test("a name that neither an app nor a metric has is told so, and a home without a daemon says what starts the hub", async () => {
  await using home = makeHome();
  const before = await home.ghost(["hub"]);
  assert.equal([before.code, before.stdout.includes("ghost hub start starts both")], [4, true]);
  assert.match((await home.ok(["metrics", "--app"])).stderr, /no app has measured anything/);
  assert.match((await home.ok(["metrics", "--app", "api"])).stderr, /no app and no metric is named api/);
});

test.run();
