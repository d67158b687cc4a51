import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { plain } from "./paint.ts";
import { renderMark, renderStateLine } from "./state-lines.ts";

const entry = (from: string | null, to: string | null, kind: string, text: string, name: string | null = "api"): HistoryEntry => ({
  seq: 1,
  time: "2026-11-23T12:00:00.000Z",
  project: name === null ? null : "shop",
  name,
  instance: 0,
  from,
  to,
  cause: { kind, text, facts: { pid: 7 } },
});

test("tells what people want to know between log lines", () => {
  const lines = [
    entry("stopped", "waiting", "start", "started by ghost up; waits for redis (healthy)"),
    entry("waiting", "starting", "dependencies-met", "redis (healthy) is there"),
    entry("starting", "running", "spawned", "runs as pid 7"),
    entry("running", "backoff", "exit", "exited with code 3; restarts in 200ms"),
    entry("backoff", "starting", "restarted", "restart number 1"),
    entry(null, null, "daemon-started", "the daemon started", null),
  ].map((each) => renderStateLine(each, 5, plain));
  assert.equal(lines, [
    "api   ─ started by ghost up; waits for redis (healthy)",
    null,
    "api   ─ started (pid 7)",
    "api   ─ exited with code 3; restarts in 200ms",
    null,
    "ghost ─ the daemon started",
  ]);
});

test("between lines that are followed, starts and ends alone", () => {
  const marks = [
    entry("stopped", "starting", "start", "started by ghost start"),
    entry("starting", "running", "spawned", "runs as pid 7"),
    entry("running", "unhealthy", "health", "the probe failed"),
    entry("running", "stopping", "restart", "restarted by ghost restart"),
    entry("stopping", "starting", "restarted", "restarted by ghost restart; starts again"),
    entry("running", "backoff", "exit", "exited with code 3; restarts in 200ms"),
    entry("backoff", "stopped", "stop", "stopped by ghost stop"),
  ].map((each) => renderMark(each, "api", plain));
  assert.equal(marks, [
    null,
    "── api started (pid 7) ──",
    null,
    null,
    "── api restarted by ghost restart; starts again ──",
    "── api exited with code 3; restarts in 200ms ──",
    null,
  ]);
});

test.run();
