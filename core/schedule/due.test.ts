import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Schedule } from "../config/definition.ts";
import { judgeDue, MISSED_COUNT_MAX, nextDueMs } from "./due.ts";

const every = (cron: string, timezone: string | null = "UTC"): Schedule => ({ cron, timezone, overlap: false });
const at = (time: string): number => Date.parse(time);
const next = (schedule: Schedule, after: string): string | null => {
  const ms = nextDueMs(schedule, at(after));
  return ms === null ? null : new Date(ms).toISOString();
};

test("the next run is strictly after the time that is given", () => {
  assert.is(next(every("*/5 * * * *"), "2026-03-01T10:04:59.999Z"), "2026-03-01T10:05:00.000Z");
  assert.is(next(every("*/5 * * * *"), "2026-03-01T10:05:00Z"), "2026-03-01T10:10:00.000Z");
  assert.is(next(every("*/2 * * * * *"), "2026-03-01T10:05:00Z"), "2026-03-01T10:05:02.000Z");
  assert.is(next(every("@daily"), "2026-03-01T10:05:00Z"), "2026-03-02T00:00:00.000Z");
  assert.is(next(every("0 0 30 2 *"), "2026-03-01T10:05:00Z"), null);
});

test("a time zone is kept across daylight saving, each run once", () => {
  const nightly = every("30 2 * * *", "Europe/Berlin");
  // 02:30 does not exist on this night, and comes twice on the other.
  assert.is(next(nightly, "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00.000Z");
  assert.is(next(nightly, "2026-03-29T01:00:00Z"), "2026-03-30T00:30:00.000Z");
  assert.is(next(nightly, "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00.000Z");
  assert.is(next(nightly, "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00.000Z");
});

test("a run is awaited, begun up to a minute late, and later reported as missed", () => {
  const hourly = every("0 * * * *");
  const due = at("2026-03-01T10:00:00Z");
  assert.equal(judgeDue(hourly, due, due - 1), { do: "wait" });
  assert.equal(judgeDue(hourly, due, due), { do: "run" });
  assert.equal(judgeDue(hourly, due, due + 60_000), { do: "run" });
  assert.equal(judgeDue(hourly, due, due + 60_001), { do: "report", count: 1, more: false, lastMs: due });
  const later = at("2026-03-01T13:30:00Z");
  assert.equal(judgeDue(hourly, due, later), { do: "report", count: 4, more: false, lastMs: at("2026-03-01T13:00:00Z") });
});

test("of missed runs the last may still be in time", () => {
  const hourly = every("0 * * * *");
  const verdict = judgeDue(hourly, at("2026-03-01T10:00:00Z"), at("2026-03-01T12:00:30Z"));
  assert.equal(verdict, { do: "report", count: 2, more: false, lastMs: at("2026-03-01T11:00:00Z") });
  assert.equal(judgeDue(hourly, at("2026-03-01T12:00:00Z"), at("2026-03-01T12:00:30Z")), { do: "run" });
});

test("what was missed in a long absence is counted up to a limit, the last of it named", () => {
  const often = every("*/10 * * * * *");
  const verdict = judgeDue(often, at("2026-01-01T00:00:00Z"), at("2026-03-01T12:00:05Z"));
  assert.equal(verdict, { do: "report", count: MISSED_COUNT_MAX, more: true, lastMs: at("2026-03-01T11:59:00Z") });
});

test.run();
