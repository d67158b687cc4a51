import { test } from "uvu";
import * as assert from "uvu/assert";
import { beginHealth, type HealthState, judge, type Report, type Thresholds, type Verdict } from "./thresholds.ts";

const GRACE_ENDS_MS = 1000;

interface Case {
  readonly what: string;
  readonly from?: HealthState["health"];
  readonly thresholds?: Partial<Thresholds>;
  /** Reports, with the time of each. */
  readonly reports: readonly (readonly [Report, number])[];
  /** The verdict that each report brings. */
  readonly verdicts: readonly (Verdict | null)[];
}

const healthy: Verdict = { to: "healthy" };
const late: Verdict = { to: "unhealthy", because: "grace" };
const failed = (failures: number): Verdict => ({ to: "unhealthy", because: "failures", failures });
const times = (count: number, report: Report, atMs: number): [Report, number][] => Array.from({ length: count }, () => [report, atMs]);

const CASES: readonly Case[] = [
  { what: "one success is enough by default", reports: [["passed", 1]], verdicts: [healthy] },
  {
    what: "successes have to come in a row",
    thresholds: { successes: 2 },
    reports: [
      ["passed", 1],
      ["failed", 2],
      ["passed", 3],
      ["passed", 4],
    ],
    verdicts: [null, null, null, healthy],
  },
  {
    what: "failures do not count during the grace",
    reports: [...times(9, "failed", 500), ["passed", 600]],
    verdicts: [...Array(9).fill(null), healthy],
  },
  {
    what: "they count from the first success on",
    reports: [["passed", 1], ...times(3, "failed", 2)],
    verdicts: [healthy, null, null, failed(3)],
  },
  {
    what: "the first success ends the grace even when several are needed",
    thresholds: { successes: 2, failures: 2 },
    reports: [["passed", 1], ...times(2, "failed", 2)],
    verdicts: [null, null, failed(2)],
  },
  {
    what: "not healthy at the end of the grace is unhealthy, although nothing answered",
    reports: [
      ["time", 999],
      ["time", 1000],
      ["time", 2000],
    ],
    verdicts: [null, late, null],
  },
  {
    what: "the first failure after the grace is enough",
    reports: [
      ["failed", 999],
      ["failed", 1000],
    ],
    verdicts: [null, late],
  },
  {
    what: "too few successes by the end of the grace are none",
    thresholds: { successes: 3 },
    reports: [
      ["passed", 900],
      ["passed", 1001],
      ["passed", 1002],
    ],
    verdicts: [null, late, healthy],
  },
  {
    what: "a healthy one does not mind the end of the grace",
    reports: [
      ["passed", 1],
      ["time", 1000],
    ],
    verdicts: [healthy, null],
  },
  {
    what: "a success between failures begins the count anew",
    from: "healthy",
    reports: [...times(2, "failed", 1), ["passed", 1], ...times(2, "failed", 1), ["failed", 1]],
    verdicts: [null, null, null, null, null, failed(3)],
  },
  {
    what: "an unhealthy one recovers, once",
    from: "unhealthy",
    thresholds: { successes: 2 },
    reports: [...times(5, "failed", 1), ...times(3, "passed", 1)],
    verdicts: [null, null, null, null, null, null, healthy, null],
  },
  { what: "failures: 1 judges at once", from: "healthy", thresholds: { failures: 1 }, reports: [["failed", 1]], verdicts: [failed(1)] },
];

for (const { what, from, thresholds, reports, verdicts } of CASES) {
  test(what, () => {
    let state = beginHealth(from ?? "unknown", GRACE_ENDS_MS);
    const given = reports.map(([report, nowMs]) => {
      const judgement = judge({ failures: 3, successes: 1, ...thresholds }, state, report, nowMs);
      state = judgement.state;
      return judgement.verdict;
    });
    assert.equal(given, verdicts);
  });
}

test("whatever is reported, verdicts alternate and the state agrees with the last one", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let run = 0; run < 200; run++) {
    const thresholds = { failures: 1 + random(4), successes: 1 + random(4) };
    let state = beginHealth("unknown", GRACE_ENDS_MS);
    let last: string = "unknown";
    for (let nowMs = 0; nowMs < 2000; nowMs += random(100)) {
      const { state: next, verdict } = judge(thresholds, state, (["passed", "failed", "time"] as const)[random(3)] ?? "time", nowMs);
      if (verdict) assert.is.not(verdict.to, last);
      last = verdict?.to ?? last;
      state = next;
      assert.is(state.health, last);
      if (nowMs >= GRACE_ENDS_MS) assert.is.not(state.health, "unknown");
    }
  }
});

test.run();
