import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HubView } from "../../core/api/wire.ts";
import { renderHub, renderHubLine } from "./hub.ts";
import { plain } from "./paint.ts";

const now = Date.parse("2026-11-27T02:00:00Z");
const rest: HubView = {
  running: false,
  status: "stopped",
  pid: null,
  socket: "/h/run/hub.sock",
  starts: "connection",
  startedAt: null,
  restarts: 0,
  why: "registered",
  version: null,
  latencyMs: null,
  health: null,
  events: { published: 0, dropped: 0 },
  warnings: [],
};
const running: HubView = {
  ...rest,
  running: true,
  status: "running",
  pid: 812,
  startedAt: "2026-11-27T01:00:00Z",
  why: "healthy: it answers PING in 0.3 ms",
  version: "1.0.0",
  latencyMs: 0.3,
  restarts: 2,
  health: { time: "2026-11-27T02:00:00Z", status: "healthy", checks: { sqlite: { status: "healthy", latencyMs: 0.1 } }, clients: 1 },
  events: { published: 12, dropped: 1 },
};

test("a hub that runs: who, since when, how fast, for how many", () => {
  assert.is(renderHubLine(running, plain, now), "hub running (pid 812), up 1h, answers in 0.3 ms, 1 client");
  assert.equal(renderHub(running, plain, now).slice(1), [
    "  sqlite    healthy, 0.1 ms",
    "  why       healthy: it answers PING in 0.3 ms",
    "  restarts  2",
    "  version   1.0.0",
    "  published 12 by the daemon, 1 dropped",
    "  socket    /h/run/hub.sock",
  ]);
});

test("a hub at rest says what starts it", () => {
  assert.is(renderHubLine(rest, plain, now), "hub at rest: it starts when something connects to its socket");
  assert.is(renderHubLine({ ...rest, starts: "request" }, plain, now), "hub at rest: it starts when a command needs it");
  assert.is(renderHubLine({ ...rest, starts: "stopped" }, plain, now), "hub at rest: it was stopped, and rests until ghost hub start");
  assert.is(renderHubLine({ ...rest, status: "backoff" }, plain, now), "hub backoff");
});

test("a hub that runs and is not well is told by its own word", () => {
  const ill = { ...running, health: { time: "", status: "unhealthy", checks: { sqlite: { error: "disk full", latencyMs: 2 } } } };
  assert.is(renderHubLine(ill, plain, now), "hub unhealthy (pid 812), up 1h, answers in 0.3 ms");
  assert.is(renderHub(ill, plain, now)[1], "  sqlite    disk full, 2 ms");
});

test.run();
