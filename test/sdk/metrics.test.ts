import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startHub } from "../bus/servers.ts";
import { ROOT } from "../rig/ghost.ts";
import { test } from "../rig/test.ts";
import { makeApp } from "./app-rig.ts";

const APP = `
import { Ghost } from "ghost-sdk";
const { metrics } = Ghost;
const odd = { nan: NaN, endless: Infinity, none: null, object: {}, empty: "" };
for (const round of [1, 2]) for (const [name, value] of Object.entries(odd)) await metrics.gauge(name, value);
metrics.increment("orders", 1);
metrics.increment("orders", "x");
metrics.increment("orders", 2);
await metrics.increment("orders", -1);
await metrics.track("x".repeat(100_000), 1);
await metrics.track("two\\nlines", 1);
await metrics.gauge("orders", 1);
for (let number = 0; number < 2_100; number++) metrics.gauge("many." + number, number);
await Ghost.close();
console.log(metrics.dropped);
`;

test("values that the hub does not take are dropped, and the log says why, once for each name and once for the limit of series", async () => {
  await using hub = await startHub();
  using app = makeApp();
  const { code, stdout, stderr } = await app.run(APP, { env: { GHOST_HUB: hub.path } });
  assert.is(code, 0, stderr);
  const told = [...stderr.matchAll(/^\S+ warn {2}(.*)$/gm)].map(([, text = ""]) => text);
  const ofValue = Object.entries({ nan: "NaN", endless: "Infinity", none: "null", object: "[object Object]", empty: "" });
  assert.equal(told.slice(0, 6), [
    ...ofValue.map(([name, value]) => `values of the metric "${name}" are dropped: the value ${value} is no number`),
    'values of the metric "orders" are dropped: the value x is no number',
  ]);
  assert.is(told[6], `values of the metric "${"x".repeat(200)}" are dropped: a name has at most 200 characters`);
  assert.match(told[7] ?? "", /^values of the metric "two\\nlines" are dropped: "two\\nlines" is no name: letters, digits/);
  assert.match(told[8] ?? "", /^new metrics are dropped: default has 2000 series/);
  assert.is(told.length, 9, stderr);
  // 5 odd ones twice, 3 of orders, 2 names; the log's own records are a series, too.
  assert.ok(Number(stdout) >= 10 + 3 + 2 + 100, stdout);
});

test("what cannot be told, because that part of the SDK is gone, ends no app", async () => {
  await using hub = await startHub();
  using app = makeApp();
  const sdk = join(app.dir, "node_modules/ghost-sdk");
  rmSync(sdk);
  cpSync(join(ROOT, "dist/sdk"), sdk, { recursive: true });
  for (const part of readdirSync(join(sdk, "parts"))) if (part.startsWith("tell-problem")) rmSync(join(sdk, "parts", part));
  const { code, stdout, stderr } = await app.run(
    `import { Ghost } from "ghost-sdk";
     const { metrics, bus } = Ghost;
     await metrics.gauge("odd", NaN);
     await bus.publish("a", 1);
     await Ghost.close();
     console.log(metrics.dropped);`,
    { env: { GHOST_HUB: hub.path } },
  );
  assert.is(code, 0, stderr);
  assert.is(stdout, "1\n");
});

test.run();
