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

test("what names no zone is meant as the clock here shows it", () => {
  const here = new Date(2026, 2, 1, 3, 10, 20);
  const cases: [string, Date][] = [
    ["today", new Date(2026, 2, 1)],
    ["Yesterday", new Date(2026, 1, 28)],
    ["03:10", new Date(2026, 2, 1, 3, 10)],
    ["3:10:20", new Date(2026, 2, 1, 3, 10, 20)],
    ["22:05", new Date(2026, 1, 28, 22, 5)],
    ["22:05:30", new Date(2026, 1, 28, 22, 5, 30)],
    ["2026-02-03", new Date(2026, 1, 3)],
    ["2026-02-03T22:05", new Date(2026, 1, 3, 22, 5)],
    ["2026-02-03 22:05:30.25", new Date(2026, 1, 3, 22, 5, 30, 250)],
  ];
  for (const [text, expected] of cases) assert.equal(sinceCutoff(text, here), { since: expected }, text);
});

test("a zone is heeded", () => {
  assert.is(cutoff("2026-02-28T01:02:03+01:00"), "2026-02-28T00:02:03.000Z");
  assert.is(cutoff("2026-02-28 01:02-0330"), "2026-02-28T04:32:00.000Z");
});

test("anything else is refused with the forms that there are", () => {
  for (const text of ["10", "", "soon", "24:00", "22:60", "2026-99-99", "2026-02-30", "2026-02-03T25:00", "22:05 yesterday"])
    assert.match(cutoff(text), /neither/, text);
  assert.match(JSON.stringify(sinceCutoff("soon", now)), /10m.*22:05.*yesterday.*2026-11-26/);
});

test.run();
