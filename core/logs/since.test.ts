import { test } from "uvu";
import * as assert from "uvu/assert";
import { sinceCutoff } from "./since.ts";

const now = new Date("2026-03-01T12:00:00Z");
const cutoff = (text: string) => {
  const result = sinceCutoff(text, now);
  return "since" in result ? result.since.toISOString() : result.problem;
};

test("a duration counts back from now", () => {
  assert.is(cutoff("10m"), "2026-03-01T11:50:00.000Z");
  assert.is(cutoff("1d"), "2026-02-28T12:00:00.000Z");
});

test("a time is taken as it is", () => {
  assert.is(cutoff("2026-02-28T01:02:03Z"), "2026-02-28T01:02:03.000Z");
});

test("anything else is refused with a hint", () => {
  assert.match(cutoff("10"), /neither/);
  assert.match(cutoff("yesterday"), /neither/);
  assert.match(cutoff("2026-99-99"), /neither/);
});

test.run();
