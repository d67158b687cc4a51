import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Duration, durationMs, waitMs } from "./duration.ts";

test("a duration is a number with its unit", () => {
  assert.is(durationMs("500ms", "expiry"), 500);
  assert.is(durationMs("1.5s", "expiry"), 1500);
  assert.is(durationMs("10m", "expiry"), 600_000);
  assert.is(durationMs(`${2 * 24}h`, "expiry"), 172_800_000);
  assert.is(durationMs("365d", "expiry"), 31_536_000_000);
});

const REFUSED: readonly unknown[] = [10, "10", "0s", "0.1ms", "-1s", "soon", "1m30s", "5 s", undefined, null, "NaNms", "40000d", "1e3s"];
for (const value of REFUSED)
  test(`${value} is refused`, () =>
    assert.throws(() => durationMs(value as Duration, "expiry"), /^cannot use .* as expiry: a duration needs a unit/));

test("what is waited for is no longer than a timer can wait", () => {
  assert.is(waitMs("24d", "timeout"), 2_073_600_000);
  assert.throws(() => waitMs("30d", "timeout"), /cannot use "30d" as timeout: a duration needs a unit and is above 0, up to 24d/);
});

test.run();
