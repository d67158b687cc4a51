import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../errors/ghost-error.ts";
import { SILENT } from "../../logs/log.ts";
import { ForwardingData } from "../forwarding-data.ts";
import type { GhostData, Versioned } from "../ghost-data.ts";
import { memoryGhostData } from "../memory/memory-data.ts";
import { CachedGhostData, type CachedParts, STALE_MAX_MS, STALE_WAIT_MS } from "./cached-data.ts";
import type { InvalidationBus, InvalidationListener, InvalidationMessage } from "./invalidation.ts";

const FRESH_MS = 1000;

/** A store that counts questions, can fail, and can be held while it answers. */
class Store extends ForwardingData {
  questions: string[] = [];
  failure: GhostError | null = null;
  hold: Promise<void> | null = null;

  override async getWithVersion<T>(key: string): Promise<Versioned<T> | undefined> {
    this.questions.push(key);
    if (this.failure) throw this.failure;
    const found = await super.getWithVersion<T>(key);
    await this.hold;
    return found;
  }
}

/** A bus of which the test has every end. */
class Bus implements InvalidationBus {
  readonly published: InvalidationMessage[] = [];
  readonly listeners = new Set<InvalidationListener>();
  failure: Error | null = null;

  async publish(_: string, message: InvalidationMessage): Promise<void> {
    if (this.failure) throw this.failure;
    this.published.push(message);
    for (const listener of this.listeners) listener.message(structuredClone(message));
  }

  subscribe(_: string, listener: InvalidationListener): AsyncDisposable {
    this.listeners.add(listener);
    listener.connected();
    return { [Symbol.asyncDispose]: async () => void this.listeners.delete(listener) };
  }
}

interface World {
  readonly clock: { now: number };
  /** Moves the clock, and calls who waits for it. */
  pass(milliseconds: number): void;
  readonly waiting: () => number;
  readonly core: GhostData;
  readonly store: Store;
  readonly bus: Bus;
  readonly data: CachedGhostData;
  /** Another cache of the same store and bus. */
  other(namespace?: string): CachedGhostData;
}

let ids = 0;

function makeWorld(changes: Partial<CachedParts> = {}): World {
  const clock = { now: 0 };
  const now = (): number => clock.now;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const pass = (milliseconds: number): void => {
    clock.now += milliseconds;
    for (const timer of [...timers]) if (timer.at <= clock.now && timers.delete(timer)) timer.callback();
  };
  const core = memoryGhostData({ now });
  const store = new Store(core);
  const bus = new Bus();
  const cached = (namespace: string): CachedGhostData =>
    new CachedGhostData(store, {
      settings: { defaultExpirationMs: FRESH_MS, maxEntries: 100 },
      namespace,
      id: `cache-${++ids}`,
      now,
      after: (milliseconds, callback) => {
        const timer = { at: clock.now + milliseconds, callback };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      log: SILENT,
      bus,
      ...changes,
    });
  return {
    clock,
    pass,
    waiting: () => timers.size,
    core,
    store,
    bus,
    data: cached("shop"),
    other: (namespace = "shop") => cached(namespace),
  };
}

function gate(): { readonly hold: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const hold = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { hold, open: () => open() };
}

const unreachable = new GhostError("HUB_UNREACHABLE", "cannot reach the hub");

test("a value is asked for once, until it is too old", async () => {
  const { data, store, core, clock } = makeWorld();
  await core.set("key", { a: 1 });
  assert.equal(await data.get("key"), { a: 1 });
  assert.equal(await data.get("key"), { a: 1 });
  assert.equal(store.questions, ["key"]);
  await core.set("key", { a: 2 });
  clock.now = FRESH_MS - 1;
  assert.equal(await data.get("key"), { a: 1 });
  clock.now = FRESH_MS;
  assert.equal(await data.get("key"), { a: 2 });
  assert.equal(data.statistics, { hits: 2, misses: 2, stale: 0 });
});

test("what is not there is asked for every time", async () => {
  const { data, store, core } = makeWorld();
  assert.is(await data.get("key"), undefined);
  await core.set("key", 1);
  assert.is(await data.get("key"), 1);
  assert.equal(store.questions, ["key", "key"]);
});

test("a value is never given after the key's own expiry", async () => {
  const { data, core, store, clock } = makeWorld();
  await core.set("key", 1, { expiry: "100ms" });
  clock.now = 40;
  assert.is(await data.get("key"), 1);
  clock.now = 99;
  assert.is(await data.get("key"), 1);
  clock.now = 100;
  store.failure = unreachable;
  assert.match(String(await data.get("key").catch((error: unknown) => error)), /cannot reach/);
  store.failure = null;
  assert.is(await data.get("key"), undefined);
});

test("several who want the same at once ask once, and each gets a value of its own", async () => {
  const { data, core, store } = makeWorld();
  await core.set("key", { list: [] });
  const [first, second] = await Promise.all([data.get<{ list: number[] }>("key"), data.get<{ list: number[] }>("key")]);
  assert.equal(store.questions, ["key"]);
  first?.list.push(1);
  assert.equal(second, { list: [] });
  assert.equal(await data.get("key"), { list: [] });
});

test("who gives up does not take the answer from the others", async () => {
  const { data, core, store } = makeWorld();
  await core.set("key", 1);
  const { hold, open } = gate();
  store.hold = hold;
  const controller = new AbortController();
  const given = data.get("key", { signal: controller.signal });
  const waiting = data.get("key");
  controller.abort(new Error("enough"));
  assert.match(String(await given.catch((error: unknown) => error)), /enough/);
  open();
  assert.is(await waiting, 1);
  assert.equal(store.questions, ["key"]);
});

test("the least recently used values leave when there are too many", async () => {
  const { data, core, store } = makeWorld({ settings: { defaultExpirationMs: FRESH_MS, maxEntries: 2 } });
  await core.setBatch({ a: 1, b: 2, c: 3 });
  for (const key of ["a", "b", "a", "c", "a", "b"]) await data.get(key);
  assert.equal(store.questions, ["a", "b", "c", "b"]);
});

test("a value that is larger than the whole cache is given, and not kept", async () => {
  const { data, core, store } = makeWorld();
  await core.set("key", "x".repeat(34_000_000));
  for (let count = 0; count < 2; count++) assert.is((await data.get<string>("key"))?.length, 34_000_000);
  assert.is(store.questions.length, 2);
});

test("a batch asks only for what is not known", async () => {
  const { data, core, store } = makeWorld();
  await core.setBatch({ a: 1, b: 2 });
  await data.get("a");
  let answered: boolean | undefined;
  const found = await data.getBatch(["a", "b", "none"], { onCacheAnswer: (hit) => (answered = hit) });
  assert.equal(Object.fromEntries(found), { a: 1, b: 2 });
  assert.equal(store.questions, ["a", "b", "none"]);
  assert.is(answered, false);
  await data.getBatch(["a", "b"], { onCacheAnswer: (hit) => (answered = hit) });
  assert.is(answered, true);
});

test("when the store cannot be had, the last known value is given for a while, and said to be so", async () => {
  const warnings: string[] = [];
  const { data, core, store, clock } = makeWorld({ log: { ...SILENT, warn: (text) => warnings.push(text) } });
  await core.set("key", 1);
  await data.get("key");
  store.failure = unreachable;
  clock.now = FRESH_MS + STALE_MAX_MS - 1;
  assert.is(await data.get("key"), 1);
  assert.equal(warnings, ["key is given as it was last known: cannot reach the hub"]);
  assert.is(data.statistics.stale, 1);
  clock.now++;
  assert.match(String(await data.get("key").catch((error: unknown) => error)), /cannot reach/);
});

test("a store that does not answer for long is one that cannot be had; its late answer is kept", async () => {
  const { data, core, store, pass, waiting } = makeWorld();
  await core.set("key", 1);
  await data.get("key");
  await core.set("key", 2);
  pass(FRESH_MS);
  const { hold, open } = gate();
  store.hold = hold;
  const reading = data.get("key");
  pass(STALE_WAIT_MS - 1);
  assert.is(waiting(), 1);
  pass(1);
  assert.is(await reading, 1);
  open();
  await Promise.resolve();
  store.hold = null;
  assert.equal([await data.get("key"), waiting()], [2, 0]);
});

test("a failure that is not the store's absence is thrown", async () => {
  const { data, core, store, clock } = makeWorld();
  await core.set("key", 1);
  await data.get("key");
  clock.now = FRESH_MS;
  store.failure = new GhostError("WRONG_TYPE", "cannot get key");
  assert.match(String(await data.get("key").catch((error: unknown) => error)), /cannot get key/);
});

const WRITES: Record<string, (data: GhostData) => Promise<unknown>> = {
  set: (data) => data.set("key", 2),
  setBatch: (data) => data.setBatch({ key: 2, other: 3 }),
  setIfVersion: async (data) => data.setIfVersion("key", 2, (await data.getWithVersion("key"))?.version ?? 0),
  increment: (data) => data.increment("key"),
  delete: (data) => data.delete("key"),
  deleteBatch: (data) => data.deleteBatch(["key"]),
};
for (const [name, write] of Object.entries(WRITES)) {
  test(`${name} is seen at once, here and in other caches`, async () => {
    const { data, other } = makeWorld();
    const neighbour = other();
    await data.set("key", 1);
    assert.equal([await data.get("key"), await neighbour.get("key")], [1, 1]);
    await write(data);
    const expected = name.startsWith("delete") ? undefined : 2;
    assert.equal([await data.get("key"), await neighbour.get("key")], [expected, expected]);
  });
}

test("writes of a transaction are told after its commit, and not at all after a rollback", async () => {
  const { data, bus, other } = makeWorld();
  const neighbour = other();
  await data.setBatch({ key: 1, other: 1 });
  await neighbour.get("key");
  bus.published.length = 0;
  const transaction = await data.beginTransaction();
  await transaction.set("key", 2);
  await transaction.delete("other");
  assert.is(await transaction.get("key"), 2);
  assert.equal([bus.published.length, await neighbour.get("key"), await data.get("key")], [0, 1, 1]);
  await transaction.commit();
  assert.equal(
    bus.published.map(({ keys }) => keys),
    [["key", "other"]],
  );
  assert.equal([await neighbour.get("key"), await data.get("key")], [2, 2]);
  const undone = await data.beginTransaction();
  await undone.set("key", 3);
  await undone.rollback();
  assert.is(bus.published.length, 1);
  assert.is(await data.get("key"), 2);
});

test("what was read while it was changed is not kept", async () => {
  const { data, core, store, other } = makeWorld();
  const neighbour = other();
  await core.set("key", 1);
  const { hold, open } = gate();
  store.hold = hold;
  const reading = data.get("key");
  // The store has answered with 1, and the answer is on its way.
  await neighbour.set("key", 2);
  store.hold = null;
  const after = data.get("key");
  open();
  assert.equal([await reading, await after, await data.get("key")], [1, 2, 2]);
});

test("a write of which nobody knows whether it happened is forgotten, too; one that did not leave is not", async () => {
  const { data, core, store } = makeWorld();
  await core.set("key", 1);
  await data.get("key");
  store.set = async () => {
    throw new GhostError("HUB_UNREACHABLE", "cannot reach", { details: { sent: false } });
  };
  await data.set("key", 2).catch(() => undefined);
  await data.get("key");
  assert.is(store.questions.length, 1);
  store.set = async () => {
    throw new GhostError("TIMED_OUT", "cannot say");
  };
  await data.set("key", 2).catch(() => undefined);
  await data.get("key");
  assert.is(store.questions.length, 2);
});

test("keys, batches and globs are invalidated everywhere", async () => {
  const { data, core, store, other } = makeWorld();
  const neighbour = other();
  const keys = ["user:1", "user:2", "order:1"];
  await core.setBatch(Object.fromEntries(keys.map((key) => [key, 1])));
  const read = async (): Promise<string[]> => {
    store.questions.length = 0;
    await data.getBatch(keys);
    await neighbour.getBatch(keys);
    return store.questions.toSorted();
  };
  await read();
  assert.equal(await read(), []);
  await data.invalidate("user:1");
  assert.equal(await read(), ["user:1", "user:1"]);
  await neighbour.invalidateBatch(["user:2", "order:1"]);
  assert.equal(await read(), ["order:1", "order:1", "user:2", "user:2"]);
  await data.invalidatePattern("user:*");
  assert.equal(await read(), ["user:1", "user:1", "user:2", "user:2"]);
});

test("other namespaces' keys are theirs, shared ones everybody's", async () => {
  const { data, core, store, other } = makeWorld();
  const stranger = other("billing");
  await core.setBatch({ key: 1, "shared:key": 1 });
  await data.getBatch(["key", "shared:key"]);
  store.questions.length = 0;
  await stranger.invalidate("key");
  await stranger.invalidatePattern("k*");
  await data.getBatch(["key", "shared:key"]);
  assert.equal(store.questions, []);
  await stranger.invalidate("shared:key");
  await data.getBatch(["key", "shared:key"]);
  assert.equal(store.questions, ["shared:key"]);
  await stranger.invalidatePattern("*");
  await data.getBatch(["key", "shared:key"]);
  assert.equal(store.questions, ["shared:key", "shared:key"]);
});

test("a gap in a publisher's count makes everything doubtful, its next message nothing more", async () => {
  const { data, core, store, bus } = makeWorld();
  const [listener] = [...bus.listeners];
  const from = (seq: number): InvalidationMessage => ({ ghost: "invalidation/1", from: "other", seq, namespace: "shop", keys: ["none"] });
  await core.set("key", 1);
  const questions = async (): Promise<number> => {
    store.questions.length = 0;
    await data.get("key");
    return store.questions.length;
  };
  await questions();
  listener?.message(from(1));
  listener?.message(from(2));
  assert.is(await questions(), 0);
  listener?.message(from(4));
  assert.is(await questions(), 1);
  listener?.message(from(5));
  listener?.message(from(5));
  listener?.message(from(3));
  assert.is(await questions(), 0);
  listener?.message({ ...from(9), from: "one that was not heard before" });
  assert.is(await questions(), 1);
});

test("while the bus is away the store is asked; the last known value still helps when it is away, too", async () => {
  const { data, core, store, bus } = makeWorld();
  const [listener] = [...bus.listeners];
  await core.set("key", 1);
  await data.get("key");
  listener?.lost();
  await core.set("key", 2);
  assert.equal([await data.get("key"), await data.get("key")], [2, 2]);
  store.failure = unreachable;
  assert.is(await data.get("key"), 2);
  store.failure = null;
  await core.set("key", 3);
  listener?.connected();
  assert.equal([await data.get("key"), await data.get("key")], [3, 3]);
  assert.is(store.questions.length, 5);
});

test("a message that cannot be published fails no write; its place in the count stays empty", async () => {
  const warnings: string[] = [];
  const { data, bus } = makeWorld({ log: { ...SILENT, warn: (text) => warnings.push(text) } });
  await data.set("key", 1);
  bus.failure = new Error("no room");
  await data.set("key", 2);
  bus.failure = null;
  await data.set("key", 3);
  assert.equal(
    bus.published.map(({ seq }) => seq),
    [1, 3],
  );
  assert.equal(warnings, ["other caches were not told what changed: no room"]);
});

test("the name of a key alone, and nonsense, are understood as such", async () => {
  const warnings: string[] = [];
  const { data, core, store, bus } = makeWorld({ log: { ...SILENT, warn: (text) => warnings.push(text) } });
  const [listener] = [...bus.listeners];
  await core.set("user:1", 1);
  await data.get("user:1");
  listener?.message("user:1");
  await data.get("user:1");
  assert.is(store.questions.length, 2);
  listener?.message({ v: 1, id: "x", ts: 0, from: "app", data: "user:1" });
  await data.get("user:1");
  assert.is(store.questions.length, 3);
  for (const payload of [
    1,
    null,
    {},
    { ghost: "invalidation/1", from: "x", seq: "1", namespace: "shop" },
    { ghost: "invalidation/1", from: "x", seq: 1, namespace: "shop", keys: [1] },
  ])
    listener?.message(payload);
  assert.is(warnings.length, 5);
});

test("many keys go in several messages", async () => {
  const { data, bus } = makeWorld();
  await data.invalidateBatch(Array.from({ length: 2500 }, (_, index) => `key:${index}`));
  assert.equal(
    bus.published.map(({ keys }) => keys?.length),
    [1000, 1000, 500],
  );
});

test("without a bus there is a cache all the same, and after disposal no subscription", async () => {
  const { data, core, store, bus } = makeWorld({ bus: undefined });
  await core.set("key", 1);
  await data.get("key");
  await data.get("key");
  assert.is(store.questions.length, 1);
  const with_ = makeWorld();
  await with_.data[Symbol.asyncDispose]();
  assert.equal([bus.listeners.size, with_.bus.listeners.size], [0, 0]);
});

test.run();
