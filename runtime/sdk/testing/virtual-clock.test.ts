import { test } from "uvu";
import * as assert from "uvu/assert";
import { VIRTUAL_START_MS, VirtualClock } from "./virtual-clock.ts";

test("timers run in order of time, each at its own, those of one time as they were set", async () => {
  const clock = new VirtualClock(0);
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(`${name}@${clock.now()}`);
  clock.after(300, note("c"));
  clock.after(100, note("a"));
  clock.after(300, note("d"));
  clock.after(200, note("b"));
  await clock.advance("299ms");
  assert.equal([ran, clock.now(), clock.pending], [["a@100", "b@200"], 299, 2]);
  await clock.advance(1);
  assert.equal(ran, ["a@100", "b@200", "c@300", "d@300"]);
});

test("what a timer sets going is done before the next, and its own timers count", async () => {
  const clock = new VirtualClock(0);
  const ran: string[] = [];
  clock.after(10, async () => {
    await Promise.resolve().then(() => Promise.resolve());
    ran.push(`settled@${clock.now()}`);
    clock.after(5, () => ran.push(`again@${clock.now()}`));
  });
  clock.after(20, () => ran.push(`next@${clock.now()}`));
  await clock.advance("1s");
  assert.equal(ran, ["settled@10", "again@15", "next@20"]);
});

test("a timer that is cancelled does not run", async () => {
  const clock = new VirtualClock();
  let ran = false;
  clock.after(1, () => {
    ran = true;
  })();
  await clock.advance("1d");
  assert.equal([ran, clock.now()], [false, VIRTUAL_START_MS + 86_400_000]);
});

test("it goes to the next timer, and says when there is none", async () => {
  const clock = new VirtualClock(0);
  clock.after(70, () => undefined);
  assert.equal([clock.nextInMs, await clock.advanceToNext(), clock.now(), await clock.advanceToNext()], [70, true, 70, false]);
});

test("time goes forward only", async () => {
  const clock = new VirtualClock();
  for (const time of [-1, Number.NaN, "10" as "10s"]) {
    const error = await clock.advance(time).catch((reason: { code: string }) => reason);
    assert.is((error as { code: string }).code, "USAGE");
  }
});

test.run();
