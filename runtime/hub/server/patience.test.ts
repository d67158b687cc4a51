import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROUND_LIMITS } from "./limits.ts";
import { Patience } from "./patience.ts";

/** One in whose last window so many clients were read from; gives a moment of the window after that. */
function after(count: number): { patience: Patience; now: number } {
  const patience = new Patience();
  patience.wanted(0, 0);
  for (let descriptor = 0; descriptor < count; descriptor++) {
    patience.note(descriptor);
    patience.note(descriptor);
  }
  return { patience, now: ROUND_LIMITS.windowMs };
}

test("a third of those of the last window is waited for, and no more than some", () => {
  for (const [there, wanted] of [
    [2, 0],
    [9, 3],
    [1000, ROUND_LIMITS.clientsMax],
  ] as const) {
    const { patience, now } = after(there);
    assert.is(patience.wanted(0, now), wanted);
  }
});

test("nobody is waited for where there are enough, or after a pause", () => {
  const { patience, now } = after(30);
  assert.equal([patience.wanted(10, now), patience.wanted(9, now)], [0, 10]);
  assert.is(patience.wanted(0, now + ROUND_LIMITS.windowMs * 2), 0);
});

test("clients that do not come are waited for ever more seldom, until it is worth it again", () => {
  const { patience, now } = after(30);
  const roundsToNext = (): number => {
    let rounds = 0;
    while (patience.wanted(0, now) === 0) rounds++;
    return rounds;
  };
  const rounds: number[] = [];
  for (let miss = 0; miss < 10; miss++) {
    rounds.push(roundsToNext());
    patience.learn(false);
  }
  assert.equal(rounds, [0, 2, 4, 8, 16, 32, 64, 128, 256, 256]);
  roundsToNext();
  patience.learn(true);
  assert.is(roundsToNext(), 0);
});

test.run();
