import { test } from "uvu";
import * as assert from "uvu/assert";
import { MemorySagaLog } from "./memory-saga-log.ts";
import type { SagaTurn } from "./saga-log.ts";

/** A sequence that looks random, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const STEPS = ["a", "b", "c", "d"];
const PLAN = JSON.stringify(STEPS.map((name) => ({ name, run: [2, 10, 20], undo: [2, 10, 20] })));

/** What programs that die, fail and are slow, and an operator who decides at random, make of one saga. */
async function play(seed: number): Promise<{ turn: SagaTurn; ran: string[]; now: number }> {
  const random = randomOf(seed);
  let now = 1;
  const log = new MemorySagaLog(() => now);
  const claim = { holder: "a", leaseMs: 50, plan: PLAN };
  const ran: string[] = [];
  let turn = await log.claim("order", "1", claim, "{}");
  for (let round = 0; round < 2_000; round++) {
    now += Math.floor(random() * 30);
    if (turn.state === "parked") {
      await log.obey("order", "1", random() < 0.3 ? "skip" : "retry");
      turn = await log.claim("order", "1", claim);
    } else if (turn.fence === 0) return { turn, ran, now };
    // Its program dies, before or after the step; the next one holds it.
    else if (random() < 0.1)
      turn = await log.claim("order", "1", { ...claim, holder: `b${round}` }).then((next) => (next.fence ? next : turn));
    else if (turn.waitMs !== undefined) turn = await log.report("order", "1", turn.fence);
    else {
      const { step, undo } = turn;
      ran.push(`${undo ? "-" : ""}${step}`);
      const is = random() < 0.3 ? "failed" : "done";
      turn = await log.report("order", "1", turn.fence, JSON.stringify({ step, undo, is, error: { message: "no" } }));
    }
  }
  throw new Error(`seed ${seed}: no end`);
}

test("whatever happens a saga ends: all steps are done, or each that ran was taken back or given up", async () => {
  const ends = { done: 0, compensated: 0 };
  for (let seed = 1; seed <= 500; seed++) {
    const { turn, ran } = await play(seed);
    ends[turn.state as "done" | "compensated"]++;
    const order = ran.filter((step, index) => step !== ran[index - 1]);
    if (turn.result?.ok) assert.equal(order, STEPS, `seed ${seed}`);
    else {
      const begun = order.filter((step) => !step.startsWith("-"));
      assert.equal(begun, STEPS.slice(0, begun.length), `seed ${seed}`);
      const settled = turn.result?.compensations.map(({ step, state }) => [step, state === "parked"]);
      assert.equal(
        settled?.filter(([, isParked]) => isParked),
        [],
        `seed ${seed}`,
      );
      for (const step of begun)
        assert.ok(
          settled?.some(([name]) => name === step),
          `seed ${seed}: ${step} is left`,
        );
    }
  }
  assert.ok(ends.done > 20 && ends.compensated > 20, JSON.stringify(ends));
});

test("what is refused leaves nothing behind", async () => {
  const log = new MemorySagaLog(() => 1);
  const claim = { holder: "a", leaseMs: 50, plan: PLAN };
  await log.claim("order", "1", claim, "1");
  const before = JSON.stringify(log.find("order", "1"));
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => "taken",
      (error: { code?: string }) => error.code,
    );
  const long = JSON.stringify({ step: "a", is: "done", result: "x".repeat(300_000) });
  assert.is(await refused(log.report("order", "1", 1, long)), "LIMIT_EXCEEDED");
  assert.is(await refused(log.claim("order", "1", { ...claim, plan: "[]" })), "USAGE");
  assert.is(await refused(log.claim("order", "2", claim, "{")), "USAGE");
  assert.is(JSON.stringify(log.find("order", "1")), before);
  assert.is(log.find("order", "2"), undefined);
});

test("a saga whose records are too long together fails, and there is still room to take it back", async () => {
  const log = new MemorySagaLog(() => 1);
  const plan = JSON.stringify(STEPS.map((name) => ({ name, run: [1, 1, 1], undo: [1, 1, 1] })));
  const long = "x".repeat(250_000);
  let turn = await log.claim("order", "1", { holder: "a", leaseMs: 50, plan }, JSON.stringify(long));
  const refused: string[] = [];
  while (turn.fence) {
    const { step, undo, fence } = turn;
    const failed = JSON.stringify({ step, undo, is: "failed", error: { message: "too long" } });
    turn = await log.report("order", "1", fence, JSON.stringify({ step, undo, is: "done", result: long })).catch((error) => {
      refused.push(`${step} ${error.code}`);
      return log.report("order", "1", fence, failed);
    });
  }
  assert.equal([turn.state, refused], ["compensated", ["d LIMIT_EXCEEDED"]]);
});

test.run();
