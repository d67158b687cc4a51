import type { Span, Tracer } from "@opentelemetry/api";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../errors/ghost-error.ts";
import { SILENT } from "../logs/log.ts";
import { CachedGhostData } from "./cache/cached-data.ts";
import { InstrumentedGhostData } from "./instrumented-data.ts";
import { memoryGhostData } from "./memory/memory-data.ts";

interface Seen {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  status?: { readonly code: number; readonly message?: string };
  ended: boolean;
}

/** Data that is measured, over a cache; what was measured, and the spans. */
function makeWorld(): { data: InstrumentedGhostData; measured: string[]; spans: Seen[] } {
  const measured: string[] = [];
  const spans: Seen[] = [];
  let now = 0;
  const startSpan = (name: string, options: { attributes?: Record<string, unknown> } = {}): Span => {
    const seen: Seen = { name, attributes: { ...options.attributes }, ended: false };
    spans.push(seen);
    return {
      setAttribute: (key: string, value: unknown) => void (seen.attributes[key] = value),
      setStatus: (status: Seen["status"]) => void (seen.status = status),
      end: () => void (seen.ended = true),
    } as unknown as Span;
  };
  const tracer = {
    startSpan,
    startActiveSpan: (name: string, options: object, work: (span: Span) => unknown) => work(startSpan(name, options)),
  } as unknown as Tracer;
  const core = memoryGhostData({ now: () => now });
  const settings = { defaultExpirationMs: 1000, maxEntries: 10 };
  const cached = new CachedGhostData(core, {
    settings,
    namespace: "shop",
    id: "a",
    now: () => now,
    after: () => () => undefined,
    log: SILENT,
  });
  const metrics = {
    increment: (name: string) => void measured.push(name),
    recordLatency: (name: string, milliseconds: number) => void measured.push(`${name} ${milliseconds}`),
  };
  return { data: new InstrumentedGhostData(cached, { metrics, now: () => now++, tracer }), measured, spans };
}

test("each call has a latency and an outcome", async () => {
  const { data, measured } = makeWorld();
  await data.set("key", 1);
  await data.get("key");
  await data.increment("text").catch(() => undefined);
  await data.set("key", undefined).catch(() => undefined);
  await data.get("key", { signal: AbortSignal.abort() }).catch(() => undefined);
  assert.equal(measured, [
    "ghost.data.set 1",
    "ghost.data.set.success",
    "ghost.data.get 1",
    "ghost.data.get.success",
    "ghost.data.increment 1",
    "ghost.data.increment.success",
    "ghost.data.set 1",
    "ghost.data.set.error",
    "ghost.data.get 1",
    "ghost.data.get.cancelled",
  ]);
});

test("spans tell key, type, and whether the cache answered", async () => {
  const { data, spans } = makeWorld();
  await data.set("user:1", { a: 1 });
  await data.get("user:1");
  await data.get("user:1");
  await data.get("none");
  await data.getBatch(["user:1"]);
  assert.equal(
    spans.map(({ name, attributes }) => [name, attributes]),
    [
      ["GhostData.set", { key: "user:1", type: "object" }],
      ["GhostData.get", { cache_hit: false, key: "user:1", type: "object" }],
      ["GhostData.get", { cache_hit: true, key: "user:1", type: "object" }],
      ["GhostData.get", { cache_hit: false, key: "none", type: "none" }],
      ["GhostData.getBatch", { cache_hit: true, keys: 1, type: "object" }],
    ],
  );
  assert.ok(spans.every(({ ended, status }) => ended && status === undefined));
});

test("a failure is the span's status, and thrown on as it is", async () => {
  const { data, spans } = makeWorld();
  await data.set("key", "text");
  const error = await data.increment("key").catch((reason: unknown) => reason);
  assert.ok(error instanceof GhostError && error.code === "WRONG_TYPE");
  const [, span] = spans;
  assert.equal(span?.attributes["error.type"], "WRONG_TYPE");
  assert.equal(span?.status, { code: 2, message: (error as GhostError).message });
  assert.ok(span?.ended);
});

test("a scan is one call, left early or not", async () => {
  const { data, measured, spans } = makeWorld();
  await data.setBatch({ a: 1, b: 2 });
  measured.length = 0;
  for await (const _ of data.scan()) break;
  for await (const _ of data.scan("a*"));
  assert.equal(
    measured.filter((name) => !/\d$/.test(name)),
    ["ghost.data.scan.success", "ghost.data.scan.success"],
  );
  assert.equal(
    spans.slice(1).map(({ attributes, ended }) => [attributes.pattern, ended]),
    [
      ["*", true],
      ["a*", true],
    ],
  );
});

test("a transaction's steps are told apart from calls outside of one, and its disposal after a commit is none", async () => {
  const { data, measured } = makeWorld();
  {
    await using transaction = await data.beginTransaction();
    await transaction.set("key", 1);
    await transaction.get("key");
    await transaction.commit();
  }
  assert.equal(
    measured.filter((name) => !/\d$/.test(name)),
    [
      "ghost.data.beginTransaction.success",
      "ghost.data.transaction.set.success",
      "ghost.data.transaction.get.success",
      "ghost.data.transaction.commit.success",
    ],
  );
});

test.run();
