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
    while (askedMs < readyMs) askedMs += nextQuestionMs(check(tcp), unknown, askedMs);
    assert.ok(askedMs <= Math.max(readyMs * 1.2, readyMs + 10), `${readyMs} → ${askedMs}`);
  }
});

test("no start is asked more than a bounded number of times within the grace", () => {
  let questions = 0;
  for (let ageMs = 0; ageMs < 120_000; questions++) ageMs += nextQuestionMs(check(tcp), unknown, ageMs);
  assert.ok(questions < 70, String(questions));
});

test("once it is judged, the period holds, whatever the age", () => {
  for (const health of ["healthy", "unhealthy"] as const)
    for (const ageMs of [0, 10, 1e9]) assert.is(nextQuestionMs(check(tcp), beginHealth(health, 0), ageMs), PERIOD_MS);
});

test("a log is looked at more often than its period until it is seen; a heartbeat is always waited for", () => {
  assert.is(nextQuestionMs(check({ kind: "log", pattern: "x" }), unknown, 60_000), 250);
  assert.is(nextQuestionMs(check({ kind: "heartbeat", intervalMs: 10_000 }), unknown, 60_000), 0);
});

test.run();
