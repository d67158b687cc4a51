import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LogRecord } from "../../../core/logs/record.ts";
import { HoldBack } from "./hold-back.ts";

const at = (ms: number | null): LogRecord => ({ time: ms === null ? null : new Date(ms), line: `at ${ms}` }) as unknown as LogRecord;
const times = (records: readonly LogRecord[]) => records.map(({ time }) => time?.getTime() ?? null);

test("what is not older than its round waits for the next one, and no longer", () => {
  const held = new HoldBack();
  assert.equal(times(held.take([at(1), at(9), at(10), at(11)], 10)), [1, 9]);
  assert.ok(held.isHolding);
  // The clock was set back: what waited once does not wait again.
  assert.equal(times(held.take([at(12)], 5)), [10, 11]);
  assert.equal(times(held.take([], 5)), [12]);
  assert.not(held.isHolding);
});

test("a line without a time keeps its place", () => {
  const held = new HoldBack();
  assert.equal(times(held.take([at(20), at(null), at(21)], 10)), [20, null]);
  assert.equal(times(held.take([at(null)], 10)), [21, null]);
});

test("at the end nothing waits", () => {
  const held = new HoldBack();
  held.take([at(20)], 10);
  assert.equal(times(held.take([at(21)], Number.POSITIVE_INFINITY)), [20, 21]);
});

test.run();
