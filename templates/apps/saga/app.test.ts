import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Ghost } from "ghost-sdk";
import { type GhostForTesting, useGhostForTesting } from "ghost-sdk/testing";
import { Shop } from "./shop.ts";

// Doubles in the place of hub, data and clock: no daemon, and no waiting.
let ghost: GhostForTesting;

beforeEach(() => {
  ghost = useGhostForTesting();
});

afterEach(() => ghost[Symbol.asyncDispose]());

test("an order is reserved, charged and shipped", async () => {
  const app = ghost.run(Shop, { args: ["42"] });
  await ghost.until(() => !app.isRunning);
  assert.equal(await app.exitCode, 0);
  assert.equal(app.logs.find("on its way")?.fields?.parcel, "one chair from shelf 7");
  assert.equal(await Ghost.data.get("reserved:42"), "chair");
  assert.deepEqual(await Ghost.data.get("payment:42"), { key: "order:42:charge", card: "4242" });
});

test("the same order placed again is the same order", async () => {
  assert.equal(await ghost.run(Shop, { args: ["42"] }).exitCode, 0);
  await Ghost.data.delete("payment:42");
  assert.equal(await ghost.run(Shop, { args: ["42"] }).exitCode, 0);
  assert.equal(await Ghost.data.get("payment:42"), undefined);
});

test("an order whose card is declined is taken back", async () => {
  const app = ghost.run(Shop, { args: ["43", "none"] });
  const { fields } = await ghost.until(() => app.logs.find("taken back"));
  assert.deepEqual([fields?.why, fields?.takenBack], ["the card was declined", ["charge", "reserve"]]);
  assert.equal(await Ghost.data.get("reserved:43"), undefined);
});

test("what cannot be taken back is told, and waits for somebody", async () => {
  const { data } = Ghost;
  data.delete = async () => {
    throw new Error("the shelf is locked");
  };
  const app = ghost.run(Shop, { args: ["44", "none"] });
  const { fields } = await ghost.until(() => app.logs.find("only in part"), { timeout: "10m" });
  assert.deepEqual([fields?.takenBack, fields?.left], [[], ["charge", "reserve"]]);
});
