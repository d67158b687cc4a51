import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HealthCheck, Probe } from "../config/definition.ts";
import { nextQuestionMs } from "./schedule.ts";
import { beginHealth } from "./thresholds.ts";

const PERIOD_MS = 5_000;
const tcp: Probe = { kind: "tcp", host: "127.0.0.1", port: "80" };
const check = (probe: Probe): HealthCheck => ({
  probe,
  periodMs: PERIOD_MS,
  timeoutMs: 2_000,
  failures: 3,
  successes: 1,
  startGraceMs: 120_000,
  restart: false,
});
const unknown = beginHealth("unknown", 120_000);

test("who is ready after T is asked by 1.2 T, or within a few ms", () => {
  for (let readyMs = 1; readyMs < 20_000; readyMs = Math.ceil(readyMs * 1.3)) {
    let askedMs = 0;
    while (askedMs < readyMs) askedMs += nextQuestionMs(check(tcp), unknown, askedMs, askedMs);
    assert.ok(askedMs <= Math.max(readyMs * 1.2, readyMs + 10), `${readyMs} → ${askedMs}`);
  }
});

test("no start is asked more than a bounded number of times within the grace", () => {
  let questions = 0;
  for (let ageMs = 0; ageMs < 120_000; questions++) ageMs += nextQuestionMs(check(tcp), unknown, ageMs, ageMs);
  assert.ok(questions < 70, String(questions));
});

test("once it is judged, the period holds, whatever the age, up to a twentieth for the sake of a common wake-up", () => {
  for (const periodMs of [10, 50, 1_000, PERIOD_MS, 3_600_000])
    for (const health of ["healthy", "unhealthy"] as const)
      for (const nowMs of [0, 1, 33.3, 999.9, 1e9 + 7]) {
        const delayMs = nextQuestionMs({ ...check(tcp), periodMs }, beginHealth(health, 0), 1e6, nowMs);
        assert.ok(delayMs >= periodMs && delayMs <= periodMs + Math.min(250, periodMs * 0.05), `${periodMs} → ${delayMs}`);
      }
});

test("checks of one period are asked together", () => {
  const moments = [0, 3, 17, 49].map(
    (nowMs) => nowMs + nextQuestionMs({ ...check(tcp), periodMs: 1_000 }, beginHealth("healthy", 0), 0, nowMs),
  );
  assert.equal(moments, [1_000, 1_050, 1_050, 1_050]);
});

test("a log is looked at more often than its period until the line is seen; a heartbeat is always waited for", () => {
  const log = check({ kind: "log", pattern: "x" });
  assert.equal(
    [100, 10_000, 60_000].map((ageMs) => nextQuestionMs(log, unknown, ageMs, 0)),
    [10, 500, 1_000],
  );
  assert.is(nextQuestionMs(check({ kind: "heartbeat", intervalMs: 10_000 }), unknown, 60_000, 0), 0);
});

test.run();
