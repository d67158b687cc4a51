/** What every SagaLog does, and what a coordinator does over each. */
import * as assert from "uvu/assert";
import { type CoordinatorOptions, SagaCoordinator } from "../../core/saga/coordinator.ts";
import type { SagaStep } from "../../core/saga/definition.ts";
import type { SagaLog, SagaNotice } from "../../core/saga/saga-log.ts";
import { systemClock } from "../../runtime/client/hub-connection.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { rejects } from "./expect.ts";

/** Where programs have their sagas' logs. */
export interface SagaPlace extends AsyncDisposable {
  /** The log as one more program has it. */
  open(): SagaLog;
}

export interface SagaContract {
  readonly name: string;
  readonly open: () => Promise<SagaPlace>;
}

const CLAIM = { holder: "a", leaseMs: 60_000 };
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
  const it = (title: string, work: (place: SagaPlace, log: SagaLog) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using place = await open();
      await work(place, place.open());
    });
  };
  logContract(it);
  coordinatorContract(it);
}

type It = (title: string, work: (place: SagaPlace, log: SagaLog) => Promise<void>) => void;

function logContract(it: It): void {
  it("a saga is started once under its id", async (_place, log) => {
    assert.is(await log.start("order", "1", "{}", CLAIM), true);
    assert.is(await log.start("order", "1", "{}", CLAIM), false);
    assert.is(await log.start("order", "2", "{}", CLAIM), true);
    assert.is(await log.start("other", "1", "{}", CLAIM), true);
    assert.equal(await log.read("order", "1"), { state: "running", records: ["{}"] });
    assert.is(await log.read("order", "3"), null);
  });

  it("a record is added only by whoever knows how many there are", async (_place, log) => {
    await log.start("order", "1", "0", CLAIM);
    const add = (number: number, record: string) => log.append("order", "1", { number, state: "running", fence: 1, record });
    assert.equal(
      [await add(1, "1"), await add(1, "again"), await add(0, "again"), await add(2, "é"), await add(9, "no")],
      [true, false, false, true, false],
    );
    assert.equal((await log.read("order", "1"))?.records, ["0", "1", "é"]);
  });

  it("who holds a saga keeps others out until the lease ends, and the same holder's next claim fences the last one out", async (_place, log) => {
    await log.start("order", "1", "0", CLAIM);
    assert.is(await log.claim("order", "1", { holder: "b", leaseMs: 60_000 }), null);
    assert.equal(await log.claim("order", "1", CLAIM), { fence: 2, records: ["0"] });
    await rejects(log.append("order", "1", { number: 1, state: "running", fence: 1, record: "1" }), "LEASE_LOST");
    await rejects(log.renew("order", "1", 1), "LEASE_LOST");
    await log.renew("order", "1", 2);
    assert.is(await log.append("order", "1", { number: 1, state: "running", fence: 2, record: "1" }), true);
    assert.is(await log.claim("order", "none", CLAIM), null);
  });

  it("a lease that is not renewed ends", async (_place, log) => {
    await log.start("order", "1", "0", { holder: "a", leaseMs: 1 });
    const held = await waitFor(() => log.claim("order", "1", { holder: "b", leaseMs: 60_000 }), { what: "the end of the lease" });
    assert.equal(held, { fence: 2, records: ["0"] });
  });

  it("who is parked is held by nobody, and an operator needs no lease", async (_place, log) => {
    await log.start("order", "1", "0", CLAIM);
    await log.append("order", "1", { number: 1, state: "parked", fence: 1, record: "1" });
    assert.is(await log.claim("order", "1", CLAIM), null);
    assert.equal(await log.free("order", "a", 10), []);
    assert.is(await log.append("order", "1", { number: 2, state: "running", fence: 0, record: "2" }), true);
    await rejects(log.append("order", "1", { number: 3, state: "running", fence: 1, record: "3" }), "LEASE_LOST");
    assert.equal(await log.free("order", "b", 10), ["1"]);
    assert.equal(await log.claim("order", "1", { ...CLAIM, holder: "b" }), { fence: 2, records: ["0", "1", "2"] });
    assert.equal(await log.free("order", "a", 10), []);
  });

  it("what has ended stays, and takes nothing more", async (_place, log) => {
    await log.start("order", "1", "0", CLAIM);
    await log.append("order", "1", { number: 1, state: "done", fence: 1, record: "1" });
    assert.is(await log.claim("order", "1", CLAIM), null);
    assert.is(await log.start("order", "1", "0", CLAIM), false);
    assert.equal(await log.read("order", "1"), { state: "done", records: ["0", "1"] });
    await rejects(log.append("order", "1", { number: 2, state: "running", fence: 0, record: "2" }), "FAILED");
    await rejects(log.append("order", "none", { number: 0, state: "running", fence: 0, record: "2" }), "NOT_FOUND");
  });

  it("tells all programs what an operator adds, and what comes to rest", async (place, log) => {
    const heard: SagaNotice[] = [];
    const end = await place.open().listen((notice) => void heard.push(notice));
    await log.start("order", "ü", "0", CLAIM);
    await log.append("order", "ü", { number: 1, state: "running", fence: 1, record: "1" });
    await log.append("order", "ü", { number: 2, state: "parked", fence: 1, record: "2" });
    await log.append("order", "ü", { number: 3, state: "running", fence: 0, record: "3" });
    await waitFor(() => heard.length >= 2, { what: "two notices" });
    assert.equal(heard, [
      { name: "order", id: "ü", state: "parked" },
      { name: "order", id: "ü", state: "running" },
    ]);
    await end();
  });
}

function coordinatorContract(it: It): void {
  it("steps run in order and their results are the value", async (_place, log) => {
    await using sagas = coordinator(log);
    const done: string[] = [];
    const order = sagas.define("order", notingSteps(["reserve", "charge"], done));
    assert.equal(await order.start({}, { id: "1" }), { ok: true, value: { reserve: "reserve", charge: "charge" } });
    assert.equal(done, ["reserve", "charge"]);
    assert.is((await log.read("order", "1"))?.state, "done");
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
    assert.is((await log.read("order", "1"))?.state, "compensated");
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
    const { state, records = [] } = (await log.read("order", "1")) ?? {};
    assert.is(state, "parked");
    failing.pop();
    const record = JSON.stringify({ is: "retry", at: 1 });
    await place.open().append("order", "1", { number: records.length, state: "compensating", fence: 0, record });
    await waitFor(async () => (await log.read("order", "1"))?.state === "compensated", { what: "the end" });
    assert.is(done.at(-1), "-b");
  });

  it("what a program left is gone on with by the next of its name when that defines it, each step as recorded", async (place, log) => {
    const done: string[] = [];
    const hanging = { name: "b", run: () => new Promise(() => undefined) };
    const first = coordinator(log);
    void first.define("order", [...notingSteps(["a"], done), hanging]).start(null, { id: "1" });
    await waitFor(async () => (await log.read("order", "1"))?.records.length === 4, { what: "the second step" });
    await first[Symbol.asyncDispose]();
    await using next = coordinator(place.open());
    next.define("order", notingSteps(["a", "b"], done));
    await waitFor(async () => (await log.read("order", "1"))?.state === "done", { what: "the end" });
    assert.equal(done, ["a", "b"]);
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
    await waitFor(async () => (await log.read("order", "1"))?.records.length === 2, { what: "the step" });
    other.define("order", notingSteps(["a"], done));
    await waitFor(async () => (await log.read("order", "1"))?.state === "done", { what: "the end" });
    assert.equal(await first, { ok: true, value: { a: "a" } });
    assert.equal([done, aborted], [["a"], true]);
  });

  it("a definition that lost a step parks the saga and says why; skip takes it back, without that step", async (place, log) => {
    const done: string[] = [];
    const first = coordinator(log);
    const hanging = { name: "charge", run: () => new Promise(() => undefined) };
    void first.define("order", [...notingSteps(["reserve"], done), hanging, { name: "ship", run: () => 1 }]).start(null, { id: "1" });
    await waitFor(async () => (await log.read("order", "1"))?.records.length === 4, { what: "the second step" });
    await first[Symbol.asyncDispose]();
    await using next = coordinator(place.open());
    const order = next.define("order", notingSteps(["reserve", "bill", "ship"], done));
    const message = "the definition has no step charge any more";
    assert.equal(await order.start(null, { id: "1" }), { ok: false, error: { code: "SAGA_PARKED", message }, compensations: [] });
    const { records = [] } = (await log.read("order", "1")) ?? {};
    const record = JSON.stringify({ is: "skip", at: 1 });
    await log.append("order", "1", { number: records.length, state: "compensating", fence: 0, record });
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
function bound(log: SagaLog): SagaLog {
  const methods = ["start", "claim", "renew", "append", "read", "free", "listen"] as const;
  return Object.fromEntries(methods.map((name) => [name, (log[name] as (...args: unknown[]) => unknown).bind(log)])) as unknown as SagaLog;
}
