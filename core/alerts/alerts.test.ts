import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Judgement, judge, type Seen, STABLE_MS, type Trouble } from "./alerts.ts";

const WELL: Seen = { status: "running", failedAnew: false, crashLoopMs: null, checked: true, runMs: 10 };
const nothing = (told: readonly Trouble[], againMs: number | null = null): Judgement => ({ told, tell: [], againMs });

const CASES: readonly (readonly [string, readonly Trouble[], Partial<Seen>, Judgement])[] = [
  ["all is well", [], {}, nothing([])],
  ["it failed", [], { status: "failed", failedAnew: true }, { told: ["failed"], tell: ["failed"], againMs: null }],
  ["it failed once more", ["failed"], { status: "failed", failedAnew: true }, { told: ["failed"], tell: ["failed"], againMs: null }],
  ["something else happens to one that failed", ["failed"], { status: "failed" }, nothing(["failed"])],
  ["it begins to crash-loop", [], { status: "backoff", crashLoopMs: 9 }, { told: ["crash_loop"], tell: ["crash_loop"], againMs: null }],
  ["it goes on crash-looping", ["crash_loop"], { status: "backoff", crashLoopMs: 9 }, nothing(["crash_loop"])],
  ["it runs, and the loop is young", ["crash_loop"], { crashLoopMs: 60_000 }, nothing(["crash_loop"], 60_000)],
  ["the loop is over", ["crash_loop"], {}, { told: [], tell: ["recovered"], againMs: null }],
  ["it is unhealthy", [], { status: "unhealthy" }, { told: ["unhealthy"], tell: ["unhealthy"], againMs: null }],
  ["it is unhealthy still", ["unhealthy"], { status: "unhealthy" }, nothing(["unhealthy"])],
  ["it starts after a failure", ["failed"], { status: "starting" }, nothing(["failed"])],
  ["it runs without a check, not for long", ["failed"], { checked: false, runMs: 1_000 }, nothing(["failed"], STABLE_MS - 1_000)],
  ["it runs without a check", ["failed"], { checked: false, runMs: STABLE_MS }, { told: [], tell: ["recovered"], againMs: null }],
  ["a one-shot ended well at last", ["failed"], { status: "exited", runMs: null }, { told: [], tell: ["recovered"], againMs: null }],
  ["it was stopped", ["unhealthy"], { status: "stopped", runMs: null }, nothing(["unhealthy"])],
  [
    "it spends its budget in a crash loop",
    [],
    { status: "failed", failedAnew: true, crashLoopMs: 9 },
    { told: ["crash_loop", "failed"], tell: ["crash_loop", "failed"], againMs: null },
  ],
];
for (const [name, told, seen, judgement] of CASES) test(name, () => assert.equal(judge(told, { ...WELL, ...seen }), judgement));

test.run();
