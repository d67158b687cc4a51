import { test } from "uvu";
import * as assert from "uvu/assert";
import { MemoryKeys } from "./memory-keys.ts";

function keysAt(start: number): { keys: MemoryKeys; clock: { now: number } } {
  const clock = { now: start };
  return { keys: new MemoryKeys(() => clock.now), clock };
}

test("an expiry is kept to the millisecond", async () => {
  const { keys, clock } = keysAt(100);
  await keys.apply(new Map([["a", { text: "1", expiryMs: 50 }]]));
  clock.now = 149;
  assert.equal(await keys.readWithVersion("a"), { text: "1", version: 1, expiresInMs: 1 });
  clock.now = 150;
  assert.is(await keys.readWithVersion("a"), undefined);
});

test("expired keys that nobody asks for leave the memory with later writes", async () => {
  const { keys, clock } = keysAt(0);
  for (let index = 0; index < 300; index++) await keys.apply(new Map([[`old:${index}`, { text: "1", expiryMs: 10 }]]));
  clock.now = 20;
  for (let index = 0; index < 200; index++) await keys.apply(new Map([["new", { text: "1", expiryMs: null }]]));
  assert.is(keys.size, 1);
});

test.run();
