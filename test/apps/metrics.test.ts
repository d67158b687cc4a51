import * as assert from "uvu/assert";
import { ask } from "../http/requests.ts";
import { connectHub, hubSocket } from "../hub/asking.ts";
import { readOpenMetrics } from "../metrics/open-metrics.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";

test("what apps measure is in the daemon's /metrics, each with its app and tags", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using hub = await connectHub(hubSocket(home));
  await hub.ask("GHOST.NAMESPACE", "shop");
  await hub.ask("GHOST.METRIC", "orders.placed", "counter", "3", '{"route":"/buy","app":"mine"}');
  await hub.ask("GHOST.METRIC", "queue.depth", "gauge", "7");
  for (const value of ["2", "40"]) await hub.ask("GHOST.METRIC", "latency", "histogram", value);
  const answer = await ask(home, "GET", "/metrics");
  const families = readOpenMetrics(answer.text);
  assert.equal(families.get("app_orders_placed")?.samples[0]?.labels, { app: "shop", route: "/buy", tag_app: "mine" });
  assert.is(families.get("app_orders_placed")?.samples[0]?.value, 3);
  assert.is(families.get("app_queue_depth")?.samples[0]?.value, 7);
  assert.match(answer.text, /# TYPE app_latency histogram/);
  assert.match(answer.text, /app_latency_bucket\{app="shop",le="2\.5"\} 1\n/);
  assert.match(
    answer.text,
    /app_latency_bucket\{app="shop",le="\+Inf"\} 2\napp_latency_count\{app="shop"\} 2\napp_latency_sum\{app="shop"\} 42\n/,
  );
});

test.run();
