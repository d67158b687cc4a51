import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Ghost } from "ghost-sdk";
import { type GhostForTesting, useGhostForTesting } from "ghost-sdk/testing";
import { Ticker } from "./ticker.ts";

// Doubles in the place of hub, data and clock: no daemon, and no waiting.
let ghost: GhostForTesting;

beforeEach(() => {
  ghost = useGhostForTesting();
});

afterEach(() => ghost[Symbol.asyncDispose]());

test("each tick is counted, and the end is in order", async () => {
  const app = ghost.run(Ticker);
  await ghost.until(() => app.metrics.lastGauge("ticks") === 3);
  assert.equal(await Ghost.data.get("ticks"), 3);
  assert.equal(await app.stop(), 0);
  assert.ok(app.logs.has("no more ticks"));
});

test("counting goes on where the service before it left off", async () => {
  await Ghost.data.set("ticks", 41);
  const app = ghost.run(Ticker);
  await ghost.until(() => app.metrics.lastGauge("ticks") !== undefined);
  assert.equal(app.metrics.lastGauge("ticks"), 42);
});
