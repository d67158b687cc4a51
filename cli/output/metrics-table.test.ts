import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessMetrics } from "../../core/metrics/values.ts";
import { renderMetricsTable } from "./metrics-table.ts";
import { plain } from "./paint.ts";

const UP: ProcessMetrics = {
  project: "shop",
  name: "web",
  instance: 0,
  status: "running",
  health: "healthy",
  up: true,
  crashLooping: false,
  restarts: 2,
  cpuPercent: 12.34,
  cpuSeconds: 65,
  memoryBytes: 2048,
  privateBytes: 1024,
  threads: 3,
  startedAt: "2026-11-23T00:00:00.000Z",
  uptimeSeconds: 61,
  lastExitCode: 1,
  probe: { ok: true, latencySeconds: 0.012 },
};
const DOWN: ProcessMetrics = {
  ...UP,
  name: "api",
  status: "stopped",
  health: "none",
  up: false,
  uptimeSeconds: null,
  probe: null,
  lastExitCode: null,
};

test("one line an instance, by name; what is not known is a dash", () => {
  const lines = renderMetricsTable([UP, DOWN], { columns: 200, paint: plain });
  assert.equal(
    lines.map((line) => line.trimEnd().split(/ {2,}/)),
    [
      ["NAME", "STATUS", "UPTIME", "CPU", "CPU TIME", "MEM", "PRIVATE", "THREADS", "RESTARTS", "HEALTH", "PROBE", "EXIT"],
      ["api", "stopped", "-", "-", "1m 5s", "-", "-", "-", "2", "-", "-", "-"],
      ["web", "running", "1m 1s", "12.3%", "1m 5s", "2.0KB", "1.0KB", "3", "2", "healthy", "12ms", "1"],
    ],
  );
});

test("a narrow terminal goes without whole columns", () => {
  const [head = "", ...lines] = renderMetricsTable([UP, DOWN], { columns: 80, paint: plain });
  assert.equal(head.split(/ {2,}/), ["NAME", "STATUS", "UPTIME", "CPU", "MEM", "PRIVATE", "RESTARTS", "HEALTH", "PROBE", "EXIT"]);
  for (const line of [head, ...lines]) assert.ok(line.length <= 80 && !line.includes("…"), line);
});

test("with several projects and instances the names are full", () => {
  const lines = renderMetricsTable([UP, { ...UP, project: "other", instance: 1 }], { columns: 200, paint: plain });
  assert.equal(
    lines.slice(1).map((line) => line.split(" ")[0]),
    ["other/web:1", "shop/web"],
  );
});

test.run();
