import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { realClock } from "./real-clock.ts";
import { untilHolds } from "./until.ts";
import { VirtualClock } from "./virtual-clock.ts";

async function failure(promise: Promise<unknown>): Promise<GhostError> {
  const error = await promise.then(
    () => null,
    (thrown) => thrown,
  );
  assert.instance(error, GhostError);
  return error;
}

test("what holds already takes no time, and what the condition gave is given", async () => {
  const clock = new VirtualClock(0);
  const text: string = await untilHolds(clock, () => (clock.now() === 0 ? "so" : undefined));
  const number: number = await untilHolds(clock, async () => clock.now() === 0 && 7);
  assert.equal([text, number, clock.now()], ["so", 7, 0]);
});

test("time passes timer by timer, and stands when it is so", async () => {
  const clock = new VirtualClock(0);
  const ran: number[] = [];
  for (const ms of [30, 250, 4_000, 5_000]) clock.after(ms, () => ran.push(ms));
  await untilHolds(clock, () => ran.includes(4_000));
  assert.equal([ran, clock.now()], [[30, 250, 4_000], 4_000]);
});

test("time passes without timers, too", async () => {
  const clock = new VirtualClock(0);
  await untilHolds(clock, () => clock.now() >= 60_000);
  assert.is(clock.now(), 60_000);
});

test("what takes real time is waited for, also when the virtual time is over", async () => {
  const clock = new VirtualClock(0);
  let isSo = false;
  setTimeout(() => (isSo = true), 30);
  await untilHolds(clock, () => isSo, { timeout: "10ms" });
  assert.is(clock.now(), 10);
});

test("what never holds is TIMED_OUT after its time, and tells what it waited for", async () => {
  const clock = new VirtualClock(0);
  const { code, message } = await failure(untilHolds(clock, () => clock.pending > 0, { timeout: "3s" }));
  assert.is(code, "TIMED_OUT");
  assert.is(message, "cannot wait until clock.pending > 0: it was not so within 3s of the test's time");
  assert.is(clock.now(), 3_000);
});

test("a condition that throws ends the wait with what it threw", async () => {
  const clock = new VirtualClock(0);
  const broken = (): boolean => {
    throw new GhostError("FAILED", "broken");
  };
  assert.is((await failure(untilHolds(clock, broken))).message, "broken");
  assert.is(clock.now(), 0);
});

test("with the system's clock it looks again and again in real time", async () => {
  let isSo = false;
  setTimeout(() => (isSo = true), 30);
  await untilHolds(realClock, () => isSo);
  assert.is((await failure(untilHolds(realClock, () => false, { timeout: "20ms" }))).code, "TIMED_OUT");
});

test.run();
