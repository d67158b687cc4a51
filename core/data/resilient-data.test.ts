import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../errors/ghost-error.ts";
import { SILENT } from "../logs/log.ts";
import { RESILIENCE_DEFAULT } from "../resilience/settings.ts";
import type { GhostData } from "./ghost-data.ts";
import { memoryGhostData } from "./memory/memory-data.ts";
import type { SqlPort } from "./ports.ts";
import { ResilientGhostData } from "./resilient-data.ts";

const SQL: SqlPort = {
  query: async () => '{"columns":["n"],"rows":[[1]]}',
  execute: async () => 1,
  batch: async () => 1,
  begin: async () => ({ ...SQL, commit: async () => undefined, rollback: async () => undefined }),
  close: async () => undefined,
};

/** Data of which one method fails once, and how often that was called. */
function failingOnce(method: keyof GhostData, details?: Record<string, unknown>): { data: ResilientGhostData; calls: () => number } {
  const core = memoryGhostData({ now: () => 0, sql: SQL }) as unknown as Record<string, (...args: unknown[]) => unknown>;
  const original = core[method as string]?.bind(core);
  let calls = 0;
  core[method as string] = (...args) => {
    calls++;
    return calls === 1 ? Promise.reject(new GhostError("HUB_UNREACHABLE", "cannot reach the hub", { details })) : original?.(...args);
  };
  const settings = { ...RESILIENCE_DEFAULT, retryDelayMs: 1 };
  return { data: new ResilientGhostData(core as unknown as GhostData, { settings, log: SILENT }), calls: () => calls };
}

const CALLS: Partial<Record<keyof GhostData, (data: GhostData) => Promise<unknown>>> = {
  get: (data) => data.get("key"),
  getBatch: (data) => data.getBatch(["key"].values()),
  getWithVersion: (data) => data.getWithVersion("key"),
  set: (data) => data.set("key", 1),
  setBatch: (data) => data.setBatch({ key: 1 }),
  delete: (data) => data.delete("key"),
  deleteBatch: (data) => data.deleteBatch(["key"].values()),
  query: (data) => data.query("SELECT 1 AS n"),
  querySingle: (data) => data.querySingle("-- one\nSELECT 1 AS n"),
};
for (const [method, call] of Object.entries(CALLS)) {
  test(`${method} is tried again`, async () => {
    const { data, calls } = failingOnce(method as keyof GhostData);
    await call(data);
    assert.is(calls(), 2);
  });
}

const ONCE: Partial<Record<keyof GhostData, (data: GhostData) => Promise<unknown>>> = {
  setIfVersion: (data) => data.setIfVersion("key", 1, 0),
  increment: (data) => data.increment("key"),
  execute: (data) => data.execute("DELETE FROM t"),
  executeBatch: (data) => data.executeBatch([["DELETE FROM t"]].values() as never),
  query: (data) => data.query("INSERT INTO t VALUES (1) RETURNING 1"),
  querySingle: (data) => data.querySingle("WITH x AS (SELECT 1) DELETE FROM t RETURNING 1"),
};
for (const [method, call] of Object.entries(ONCE)) {
  test(`${method} that may have happened is not done twice, and is done again when it was not sent`, async () => {
    const unknown = failingOnce(method as keyof GhostData);
    assert.is(await call(unknown.data).catch((error: GhostError) => error.code), "HUB_UNREACHABLE");
    assert.is(unknown.calls(), 1);
    const unsent = failingOnce(method as keyof GhostData, { sent: false });
    await call(unsent.data);
    assert.is(unsent.calls(), 2);
  });
}

test("a store of keys that is down keeps no SQL back, and a replica answers reads alone", async () => {
  const core = memoryGhostData({ now: () => 0, sql: SQL });
  core.get = core.set = async () => {
    throw new GhostError("HUB_UNREACHABLE", "cannot reach the hub");
  };
  const fallback = memoryGhostData({ now: () => 0, sql: SQL });
  await fallback.set("key", "replica's");
  const settings = { ...RESILIENCE_DEFAULT, retryCount: 0, circuitBreakerThreshold: 2 };
  const data = new ResilientGhostData(core, { settings, log: SILENT, fallback });
  for (let count = 0; count < 3; count++) assert.is(await data.get("key"), "replica's");
  assert.is(data.keys.state, "open");
  assert.is(await data.set("key", 1).catch((error: GhostError) => error.code), "CIRCUIT_OPEN");
  assert.equal(await data.query("SELECT 1 AS n"), [{ n: 1 }]);
});

test("a step of a scan has the time limit, and who leaves a scan does not wait for it", async () => {
  const core = memoryGhostData({ now: () => 0 });
  core.scan = async function* () {
    yield "first";
    await new Promise(() => undefined);
  };
  const data = new ResilientGhostData(core, { settings: { ...RESILIENCE_DEFAULT, timeoutMs: 10 }, log: SILENT });
  const seen: string[] = [];
  const scan = async (): Promise<void> => {
    for await (const key of data.scan()) seen.push(key);
  };
  assert.is(await scan().catch((error: GhostError) => error.code), "TIMED_OUT");
  assert.equal(seen, ["first"]);
});

test("in a transaction only keys are read again; a commit is never given twice", async () => {
  const core = memoryGhostData({ now: () => 0, sql: SQL });
  const calls: string[] = [];
  const begin = core.beginTransaction.bind(core);
  core.beginTransaction = async () => {
    const transaction = await begin();
    for (const method of ["get", "execute", "commit"] as const) {
      transaction[method] = async () => {
        calls.push(method);
        throw new GhostError("HUB_UNREACHABLE", "cannot reach the hub");
      };
    }
    return transaction;
  };
  const settings = { ...RESILIENCE_DEFAULT, retryDelayMs: 1, retryCount: 2, circuitBreakerThreshold: 100 };
  const transaction = await new ResilientGhostData(core, { settings, log: SILENT }).beginTransaction();
  await Promise.allSettled([transaction.get("key"), transaction.execute("A"), transaction.commit()]);
  assert.equal(calls.toSorted(), ["commit", "execute", "get", "get", "get"]);
});

test.run();
