import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { plain } from "./paint.ts";
import { renderTimeline } from "./timeline.ts";

const entry = (seq: number, changes: Partial<HistoryEntry>): HistoryEntry => ({
  seq,
  time: new Date(2026, 10, 23, 12, 0, seq).toISOString(),
  project: "shop",
  name: "api",
  instance: 0,
  from: "running",
  to: "backoff",
  cause: { kind: "exit", text: "exited with code 3" },
  ...changes,
});

test("tells changes in their order, with causes and what the phrase leaves out", () => {
  const entries = [
    entry(2, { cause: { kind: "file-changed", text: "a file changed", facts: { file: "a.py", count: 2 } } }),
    entry(1, { cause: { kind: "exit", text: "exited with code 3", facts: { exitCode: 3 } } }),
  ];
  assert.equal(renderTimeline(entries, { columns: 200, paint: plain, named: false }), [
    "2026-11-23 12:00:01  running → backoff      exited with code 3",
    "2026-11-23 12:00:02  running → backoff      a file changed (file a.py, count 2)",
  ]);
});

test("names whose change it was, the daemon's included", () => {
  const lines = renderTimeline(
    [entry(1, {}), entry(2, { project: null, name: null, from: null, to: null, cause: { kind: "daemon", text: "daemon started" } })],
    { columns: 200, paint: plain, named: true },
  );
  assert.equal(lines, [
    "2026-11-23 12:00:01  shop/api  running → backoff      exited with code 3",
    "2026-11-23 12:00:02  daemon                           daemon started",
  ]);
});

test("on a narrow terminal causes are wrapped, and stand below where there is no room beside", () => {
  const entries = [entry(1, { cause: { kind: "exit", text: "exited with code 3; restarts in 100 ms, as it did before" } })];
  assert.equal(renderTimeline(entries, { columns: 80, paint: plain, named: false }), [
    "2026-11-23 12:00:01  running → backoff      exited with code 3; restarts in",
    "                                            100 ms, as it did before",
  ]);
  assert.equal(renderTimeline(entries, { columns: 80, paint: plain, named: true }), [
    "2026-11-23 12:00:01  shop/api  running → backoff",
    "                     exited with code 3; restarts in 100 ms, as it did before",
  ]);
  for (const line of renderTimeline([entry(1, { cause: { kind: "exit", text: "x ".repeat(200) } })], {
    columns: 80,
    paint: plain,
    named: true,
  }))
    assert.ok(line.length <= 80, line);
});

test.run();
