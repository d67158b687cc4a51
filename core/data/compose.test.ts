import { test } from "uvu";
import * as assert from "uvu/assert";
import type { GhostError } from "../errors/ghost-error.ts";
import { SILENT } from "../logs/log.ts";
import { RESILIENCE_DEFAULT } from "../resilience/settings.ts";
import { CACHE_DEFAULT } from "./cache/settings.ts";
import { composeGhostData, type DataParts } from "./compose.ts";
import { memoryGhostData } from "./memory/memory-data.ts";

const now = (): number => performance.now();
const PARTS: DataParts = {
  namespace: "shop",
  now,
  after: () => () => undefined,
  randomId: () => crypto.randomUUID(),
  log: SILENT,
  metrics: { increment: () => undefined, recordLatency: () => undefined },
  crypto,
};
const PLAIN = { resilience: RESILIENCE_DEFAULT, cache: null, encryption: null };

test("what is not wanted is not there", async () => {
  const { data, cached, encrypted } = await composeGhostData(memoryGhostData({ now }), PLAIN, PARTS);
  assert.equal([cached, encrypted], [null, null]);
  await data.set("key", 1);
  assert.is(await data.get("key"), 1);
});

test("the cache holds no plaintext, and the store neither", async () => {
  const core = memoryGhostData({ now });
  const settings = { ...PLAIN, cache: CACHE_DEFAULT, encryption: {} };
  const { data, cached, encrypted } = await composeGhostData(core, settings, { ...PARTS, masterKeys: [new Uint8Array(32)] });
  await data.set("key", "secret");
  assert.is(await data.get("key"), "secret");
  assert.match(String(await cached?.get("key")), /^ghost-sealed\./);
  assert.match(String(await core.get("key")), /^ghost-sealed\./);
  assert.equal(cached?.statistics, { hits: 1, misses: 1, stale: 0 });
  assert.equal((await encrypted?.rotate())?.current, 1);
});

test("encryption without a key is an error, not plaintext", async () => {
  const composed = composeGhostData(memoryGhostData({ now }), { ...PLAIN, encryption: {} }, PARTS);
  assert.is(await composed.catch((error: GhostError) => error.code), "ENCRYPTION_KEY_INVALID");
});

test("what the cache knows is given while the breaker is open", async () => {
  const core = memoryGhostData({ now });
  let time = 0;
  const settings = {
    ...PLAIN,
    cache: { defaultExpirationMs: 10, maxEntries: 10 },
    resilience: { ...RESILIENCE_DEFAULT, retryCount: 0, circuitBreakerThreshold: 1 },
  };
  const { data, resilient } = await composeGhostData(core, settings, { ...PARTS, now: () => time });
  await data.set("key", 1);
  await data.get("key");
  const { GhostError } = await import("../errors/ghost-error.ts");
  core.getWithVersion = async () => {
    throw new GhostError("HUB_UNREACHABLE", "cannot reach the hub");
  };
  time = 20;
  for (let count = 0; count < 3; count++) assert.is(await data.get("key"), 1);
  assert.is(resilient.keys.state, "open");
  assert.is(resilient.sql.state, "closed");
});

test.run();
