/** What every SagaLog does, and what a coordinator does over each. */
import * as assert from "uvu/assert";
import { type CoordinatorOptions, SagaCoordinator } from "../../core/saga/coordinator.ts";
import type { SagaStep } from "../../core/saga/definition.ts";
import type { SagaState } from "../../core/saga/result.ts";
import type { SagaLog, SagaNotice } from "../../core/saga/saga-log.ts";
import { systemClock } from "../../runtime/client/hub-connection.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { rejects } from "./expect.ts";

/** A log, and what an operator and a curious reader do with it. */
export interface OpenLog extends SagaLog {
  obey(name: string, id: string, is: "retry" | "skip", step?: string): Promise<void>;
  /** Null: there is no such saga. */
  look(name: string, id: string): Promise<{ state: SagaState; records: number } | null>;
}

/** Where programs have their sagas' logs. */
export interface SagaPlace extends AsyncDisposable {
  /** The log as one more program has it. */
  open(): OpenLog;
}

export interface SagaContract {
  readonly name: string;
  readonly open: () => Promise<SagaPlace>;
}

const PLAN = [
  { name: "a", run: [1, 1, 1], undo: [1, 1, 1] },
  { name: "b", run: [1, 1, 1], undo: [1, 1, 1] },
];
const CLAIM = { holder: "a", leaseMs: 60_000, plan: JSON.stringify(PLAN) };
const FAST = { attempts: 3, delay: "5ms" } as const;

/** A coordinator with the real clock. */
export function coordinator(log: SagaLog, more: Partial<CoordinatorOptions> = {}): SagaCoordinator {
  return new SagaCoordinator({ log, clock: systemClock, makeAbort: () => new AbortController(), holder: "a", ...more });
}

/** Steps that note what they do in `done`; one whose name is among `failing` throws. */
export function notingSteps(names: readonly string[], done: string[], failing: readonly string[] = []): SagaStep[] {
  const note = (what: string) => () => {
    done.push(what);
    if (failing.includes(what)) throw new Error(`no ${what}`);
    return what;
  };
  return names.map((name) => ({ name, run: note(name), compensate: note(`-${name}`), compensateRetry: FAST }));
}

/** Registers the tests. */
export function sagaContract({ name, open }: SagaContract): void {
  const it = inPlace(name, open);
  logContract(it);
  coordinatorContract(it);
}

/** Registers tests of one place, each in a new one. */
export function inPlace(name: string, open: () => Promise<SagaPlace>): It {
  return (title, work) =>
    test(`${name}: ${title}`, async () => {
      await using place = await open();
      await work(place, place.open());
    });
}

type It = (title: string, work: (place: SagaPlace, log: OpenLog) => Promise<void>) => void;

function logContract(it: It): void {
  const done = (step: string, result?: unknown, undo = false) => JSON.stringify({ step, undo, is: "done", result });
  const failed = (step: string, undo = false) => JSON.stringify({ step, undo, is: "failed", error: { message: "no" } });

  it("a saga begins once under its id, and its first step with it", async (_place, log) => {
    const turn = { fence: 1, state: "running", step: "a", undo: false, input: { item: "é" }, results: {} };
    assert.equal(await log.claim("order", "1", CLAIM, '{"item":"é"}'), turn);
    assert.equal(await log.claim("order", "1", { ...CLAIM, holder: "b" }, "2"), { fence: 0, state: "running" });
    assert.is((await log.claim("order", "2", CLAIM, "2")).input, 2);
    assert.is((await log.claim("other", "1", CLAIM, "3")).input, 3);
    await rejects(log.claim("order", "none", CLAIM), "NOT_FOUND");
  });

  it("a report brings the next step, and the last one the end, which stays", async (_place, log) => {
    await log.claim("order", "1", CLAIM, "1");
    assert.equal(await log.report("order", "1", 1, done("a", 7)), {
      ...{ fence: 1, state: "running", step: "b", undo: false },
      ...{ input: 1, results: { a: 7 } },
    });
    const end = { fence: 0, state: "done", result: { ok: true, value: { a: 7, b: "é" } } };
    assert.equal(await log.report("order", "1", 1, done("b", "é")), end);
    assert.equal(await log.claim("order", "1", CLAIM, "1"), end);
    await rejects(log.report("order", "1", 1, done("b")), "LEASE_LOST");
    await rejects(log.renew("order", "1", 1), "LEASE_LOST");
    assert.equal(await log.free("order", "a", 10), []);
  });

  it("a report that comes twice is taken once", async (_place, log) => {
    await log.claim("order", "1", CLAIM, "1");
    const first = await log.report("order", "1", 1, done("a", 1));
    assert.equal(await log.report("order", "1", 1, done("a", 2)), first);
    assert.equal(await log.report("order", "1", 1), first);
  });

  it("who holds a saga keeps others out until the lease ends, and the same holder's next claim fences the last one out", async (_place, log) => {
    await log.claim("order", "1", CLAIM, "1");
    assert.is((await log.claim("order", "1", { ...CLAIM, holder: "b" })).fence, 0);
    assert.is((await log.claim("order", "1", CLAIM)).fence, 2);
    await rejects(log.report("order", "1", 1, done("a")), "LEASE_LOST");
    await rejects(log.renew("order", "1", 1), "LEASE_LOST");
    await log.renew("order", "1", 2);
    assert.is((await log.report("order", "1", 2, done("a"))).step, "b");
  });

  it("a later life of a holder takes its sagas over at once, an earlier one does not take them back", async (_place, log) => {
    const life = (number: number) => ({ ...CLAIM, holder: `shop/0@${number}` });
    await log.claim("order", "1", life(7), "1");
    assert.equal([await log.free("order", "shop/0@6", 9), await log.free("order", "shop/0@8", 9)], [[], ["1"]]);
    assert.equal([await log.free("order", "shop/00@8", 9), await log.free("order", "shop/", 9)], [[], []]);
    assert.is((await log.claim("order", "1", life(8))).fence, 2);
    assert.is((await log.claim("order", "1", life(7))).fence, 0);
    assert.is((await log.claim("order", "1", { ...CLAIM, holder: "shop/1@9" })).fence, 0);
    assert.is((await log.claim("order", "1", life(8))).fence, 3);
  });

  it("a lease that is not renewed ends", async (_place, log) => {
    await log.claim("order", "1", { ...CLAIM, leaseMs: 1 }, "1");
    const taken = async () => (await log.claim("order", "1", { ...CLAIM, holder: "b" })).fence;
    assert.is(await waitFor(taken, { what: "the end of the lease" }), 2);
  });

  it("a step that is interrupted again and again counts as failed", async (_place, log) => {
    let turn = await log.claim("order", "1", CLAIM, "1");
    for (let count = 0; count < 20 && !turn.undo; count++) turn = await log.claim("order", "1", CLAIM);
    assert.equal([turn.fence, turn.state, turn.step, turn.undo], [11, "compensating", "a", true]);
  });

  it("what fails too often is parked and held by nobody, until an operator says retry or skip", async (_place, log) => {
    await log.claim("order", "1", CLAIM, "1");
    assert.is((await log.report("order", "1", 1, done("a", 7))).step, "b");
    assert.equal((await log.report("order", "1", 1, failed("b"))).undo, true);
    assert.is((await log.report("order", "1", 1, failed("b", true))).step, "a");
    const error = { message: "no", step: "b" };
    const compensations = [
      { step: "b", state: "parked", error: { message: "no" } },
      { step: "a", state: "undone" },
    ];
    const parked = { fence: 0, state: "parked", result: { ok: false, error, compensations } };
    assert.equal(await log.report("order", "1", 1, done("a", undefined, true)), parked);
    assert.equal([await log.claim("order", "1", CLAIM), await log.free("order", "a", 10)], [parked, []]);
    await rejects(log.obey("order", "1", "retry", "a"), "USAGE");
    await log.obey("order", "1", "retry");
    assert.equal(await log.free("order", "b", 10), ["1"]);
    await rejects(log.obey("order", "1", "retry"), "USAGE");
    assert.equal(await log.claim("order", "1", CLAIM), {
      fence: 2,
      state: "compensating",
      step: "b",
      undo: true,
      input: 1,
      results: { a: 7 },
    });
    assert.is((await log.report("order", "1", 2, failed("b", true))).state, "parked");
    await log.obey("order", "1", "skip", "b");
    const end = await log.claim("order", "1", CLAIM);
    assert.equal([end.state, end.result?.ok === false && end.result.compensations[0]?.state], ["compensated", "skipped"]);
    await rejects(log.obey("order", "1", "retry"), "USAGE");
    await rejects(log.obey("order", "none", "retry"), "NOT_FOUND");
  });

  it("what may be tried again waits for its time", async (_place, log) => {
    const plan = JSON.stringify([{ name: "a", run: [2, 60_000, 60_000] }]);
    await log.claim("order", "1", { ...CLAIM, plan }, "1");
    const { waitMs = 0, fence, state, step } = await log.report("order", "1", 1, failed("a"));
    assert.equal([fence, state, step, waitMs > 50_000 && waitMs <= 60_000], [1, "running", undefined, true]);
    assert.ok(((await log.report("order", "1", 1)).waitMs ?? 0) > 50_000);
  });

  it("tells all programs what an operator says, and what comes to rest", async (place, log) => {
    const heard: (SagaNotice | null)[] = [];
    const end = await place.open().listen((notice) => void heard.push(notice));
    const plan = JSON.stringify([{ name: "a", run: [1, 0, 0], undo: [1, 0, 0] }]);
    await log.claim("order", "ü", { ...CLAIM, plan }, "1");
    await log.report("order", "ü", 1, failed("a"));
    await log.report("order", "ü", 1, failed("a", true));
    await log.obey("order", "ü", "skip");
    await waitFor(() => heard.length >= 2, { what: "two notices" });
    assert.equal(heard, [
      { name: "order", id: "ü", state: "parked" },
      { name: "order", id: "ü", state: "compensating" },
    ]);
    await end();
  });

  it("refuses what is too long, and plans that are none; nothing of it stays", async (_place, log) => {
    await rejects(log.claim("order", "x".repeat(257), CLAIM, "1"), "LIMIT_EXCEEDED");
    await rejects(log.claim("order", "a\nb", CLAIM, "1"), "USAGE");
    await rejects(log.claim("order", "1", CLAIM, JSON.stringify("x".repeat(300_000))), "LIMIT_EXCEEDED");
    for (const plan of ["", "[]", '[{"name":"a"}]', '[{"name":"a","run":[1,1,1]},{"name":"a","run":[1,1,1]}]'])
      await rejects(log.claim("order", "1", { ...CLAIM, plan }, "1"), "USAGE");
    await rejects(log.claim("order", "1", CLAIM), "NOT_FOUND");
    await log.claim("order", "1", CLAIM, "1");
    await rejects(log.report("order", "1", 1, done("a", "x".repeat(300_000))), "LIMIT_EXCEEDED");
    await rejects(log.report("order", "1", 1, "{}"), "USAGE");
    assert.is((await log.report("order", "1", 1, done("a", "short"))).step, "b");
  });
}

function coordinatorContract(it: It): void {
  it("steps run in order and their results are the value", async (_place, log) => {
    await using sagas = coordinator(log);
    const done: string[] = [];
    const order = sagas.define("order", notingSteps(["reserve", "charge"], done));
    assert.equal(await order.start({}, { id: "1" }), { ok: true, value: { reserve: "reserve", charge: "charge" } });
    assert.equal(done, ["reserve", "charge"]);
    assert.is((await log.look("order", "1"))?.state, "done");
  });

  it("a step is given input, key and the results before it", async (_place, log) => {
    await using sagas = coordinator(log);
    const seen: unknown[] = [];
    const order = sagas.define<{ item: string }>("order", [
      { name: "reserve", run: (step) => step.input.item.length, compensate: ({ key, results }) => void seen.push([key, results]) },
      {
        name: "charge",
        run: ({ key, id, results, input }) => {
          seen.push([key, id, results, input]);
          throw Object.assign(new Error("no money"), { code: "POOR" });
        },
      },
    ]);
    const error = { message: "no money", code: "POOR", step: "charge" };
    assert.equal(await order.start({ item: "book" }, { id: "7" }), {
      ok: false,
      error,
      compensations: [{ step: "reserve", state: "undone" }],
    });
    assert.equal(seen, [
      ["order:7:charge", "7", { reserve: 4 }, { item: "book" }],
      ["order:7:reserve:undo", { reserve: 4 }],
    ]);
  });

  it("a failure takes back in reverse order, the step that failed too", async (_place, log) => {
    await using sagas = coordinator(log);
    const done: string[] = [];
    const order = sagas.define("order", notingSteps(["a", "b", "c", "d"], done, ["c"]));
    const result = await order.start(undefined, { id: "1" });
    assert.equal(done, ["a", "b", "c", "-c", "-b", "-a"]);
    assert.equal(result.ok ? [] : result.compensations.map(({ step, state }) => `${step} ${state}`), ["c undone", "b undone", "a undone"]);
    assert.is((await log.look("order", "1"))?.state, "compensated");
  });

  it("an id that was started before starts nothing, and gives that saga's result", async (place, log) => {
    await using sagas = coordinator(log);
    await using others = coordinator(place.open(), { holder: "b" });
    const done: string[] = [];
    const order = sagas.define("order", notingSteps(["a"], done));
    const same = others.define("order", notingSteps(["a"], done));
    const results = await Promise.all([order.start(1, { id: "1" }), order.start(2, { id: "1" }), same.start(3, { id: "1" })]);
    for (const result of [...results, await same.start(4, { id: "1" })]) assert.equal(result, { ok: true, value: { a: "a" } });
    assert.equal(done, ["a"]);
  });

  it("a step is tried again as its policy says", async (_place, log) => {
    await using sagas = coordinator(log);
    let tries = 0;
    const run = () => {
      if (++tries < 3) throw new Error("not yet");
      return tries;
    };
    const order = sagas.define("order", [{ name: "a", run, retry: FAST }]);
    assert.equal(await order.start(null, { id: "1" }), { ok: true, value: { a: 3 } });
  });

  it("a compensation that keeps failing is parked, the others still run, and an operator's retry brings the end", async (place, log) => {
    await using sagas = coordinator(log);
    const done: string[] = [];
    const failing = ["c", "-b"];
    const order = sagas.define("order", notingSteps(["a", "b", "c"], done, failing));
    const result = await order.start(null, { id: "1" });
    assert.equal(done, ["a", "b", "c", "-c", "-b", "-b", "-b", "-a"]);
    assert.equal(result.ok ? [] : result.compensations[1], { step: "b", state: "parked", error: { message: "no -b" } });
    assert.is((await log.look("order", "1"))?.state, "parked");
    failing.pop();
    await place.open().obey("order", "1", "retry");
    await waitFor(async () => (await log.look("order", "1"))?.state === "compensated", { what: "the end" });
    assert.is(done.at(-1), "-b");
  });

  it("what a program left is gone on with by the next of its name when that defines it, each step as recorded", async (place, log) => {
    const done: string[] = [];
    const hanging = { name: "b", run: () => new Promise(() => undefined) };
    const first = coordinator(log);
    void first.define("order", [...notingSteps(["a"], done), hanging]).start(null, { id: "1" });
    await waitFor(async () => (await log.look("order", "1"))?.records === 4, { what: "the second step" });
    await first[Symbol.asyncDispose]();
    await using next = coordinator(place.open());
    next.define("order", notingSteps(["a", "b"], done));
    await waitFor(async () => (await log.look("order", "1"))?.state === "done", { what: "the end" });
    assert.equal(done, ["a", "b"]);
  });

  it("of many that were left all are gone on with, not too many at a time", async (_place, log) => {
    const plan = JSON.stringify([{ name: "a", run: [1, 1, 1] }]);
    for (let id = 1; id <= 40; id++) await log.claim("order", String(id), { ...CLAIM, plan }, "1");
    await using sagas = coordinator(log);
    let running = 0;
    let most = 0;
    const ended: string[] = [];
    const run = async ({ id }: { id: string }) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      ended.push(id);
    };
    sagas.define("order", [{ name: "a", run }]);
    await waitFor(() => ended.length === 40, { what: "all of them", seen: () => ended.length });
    assert.is(new Set(ended).size, 40);
    assert.ok(most > 1 && most <= 16, `${most} at a time`);
  });

  it("another goes on when a lease has ended, and who lost it is told and writes nothing", async (place, log) => {
    const done: string[] = [];
    let aborted = false;
    const slow: SagaStep = {
      name: "a",
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(new Error("stopped"));
          });
        }),
    };
    // It renews nothing: as a program that stands still.
    const stopped = { ...bound(log), renew: () => new Promise<void>(() => undefined) };
    await using one = coordinator(stopped, { holder: "one", leaseMs: 100 });
    await using other = coordinator(place.open(), { holder: "other", leaseMs: 100 });
    const first = one.define("order", [slow]).start(null, { id: "1" });
    await waitFor(async () => (await log.look("order", "1"))?.records === 2, { what: "the step" });
    other.define("order", notingSteps(["a"], done));
    await waitFor(async () => (await log.look("order", "1"))?.state === "done", { what: "the end" });
    assert.equal(await first, { ok: true, value: { a: "a" } });
    assert.equal([done, aborted], [["a"], true]);
  });

  it("a definition that lost a step parks the saga and says why; skip takes it back, without that step", async (place, log) => {
    const done: string[] = [];
    const first = coordinator(log);
    const hanging = { name: "charge", run: () => new Promise(() => undefined) };
    void first.define("order", [...notingSteps(["reserve"], done), hanging, { name: "ship", run: () => 1 }]).start(null, { id: "1" });
    await waitFor(async () => (await log.look("order", "1"))?.records === 4, { what: "the second step" });
    await first[Symbol.asyncDispose]();
    await using next = coordinator(place.open());
    const order = next.define("order", notingSteps(["reserve", "bill", "ship"], done));
    const message = "it was started with the steps reserve, charge, ship, and its definition has reserve, bill, ship";
    assert.equal(await order.start(null, { id: "1" }), { ok: false, error: { code: "SAGA_PARKED", message }, compensations: [] });
    await log.obey("order", "1", "skip");
    const result = await order.start(null, { id: "1" });
    assert.equal(result.ok ? [] : result.compensations.map(({ step, state }) => `${step} ${state}`), ["charge skipped", "reserve undone"]);
    assert.equal(done, ["reserve", "-reserve"]);
  });

  it("what a step gives and JSON cannot hold is a failure of it", async (_place, log) => {
    await using sagas = coordinator(log);
    const done: string[] = [];
    const order = sagas.define("order", [...notingSteps(["a"], done), { name: "b", run: () => 1n }]);
    const result = await order.start(null, { id: "1" });
    assert.match(result.ok ? "" : result.error.message, /BigInt/);
    assert.equal(done, ["a", "-a"]);
    const unheld = await order.start(1n, { id: "2" });
    assert.match(unheld.ok ? "" : unheld.error.message, /BigInt/);
  });
}

/** The methods of a log, as own properties. */
export function bound(log: SagaLog): SagaLog {
  const methods = ["claim", "report", "renew", "free", "listen"] as const;
  return Object.fromEntries(methods.map((name) => [name, (log[name] as (...args: unknown[]) => unknown).bind(log)])) as unknown as SagaLog;
}
