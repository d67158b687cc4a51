import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Duration, durationMs, waitMs } from "./duration.ts";

test("a duration is a number with its unit", () => {
  assert.is(durationMs("500ms", "expiry"), 500);
  assert.is(durationMs("1.5s", "expiry"), 1500);
  assert.is(durationMs("10m", "expiry"), 600_000);
  assert.is(durationMs(`${2 * 24}h`, "expiry"), 172_800_000);
  assert.is(durationMs("365d", "expiry"), 31_536_000_000);
  assert.throws(() => durationMs("40000d", "expiry"), /longer than 36525 days/);
  assert.throws(() => waitMs("30d", "timeout"), /cannot use "30d" as timeout: it is longer than 24 days/);
});

const REFUSED: [unknown, RegExp][] = [
  [10, /cannot use 10 as expiry: a duration needs a unit/],
  ["10", /cannot use "10" as expiry: a duration needs a unit/],
  ["0s", /cannot use "0s" as expiry: it is no time at all/],
  ["-1s", /cannot be negative/],
  ["soon", /it is not a duration/],
  [undefined, /it is not a duration/],
  ["NaNms", /it is not a duration/],
];
for (const [value, message] of REFUSED)
  test(`${value} is refused`, () => assert.throws(() => durationMs(value as Duration, "expiry"), message));

test.run();
