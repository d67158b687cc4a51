import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessView, SystemView } from "../../core/api/wire.ts";
import { renderMonitor } from "./monitor-tables.ts";
import { plain } from "./paint.ts";

const at = (hour: number, minute: number, second: number): string => new Date(2026, 10, 23, hour, minute, second).toISOString();
const system: SystemView = {
  running: true,
  pid: 1,
  version: "1.0.0",
  runtime: "bun 1.4.5",
  home: "/h",
  socket: "/h/run/daemon.sock",
  startedAt: at(12, 30, 0),
  http: null,
  helperPids: [],
  processes: { total: 2, running: 1, stopped: 1, waiting: 0, starting: 0, unhealthy: 0, stopping: 0, backoff: 0, exited: 0, failed: 0 },
  cpuPercent: 0.5,
  memoryBytes: 44_145_050,
  privateBytes: 1024,
  threads: 24,
  warnings: [],
  monitoring: { enabled: true, intervalMs: 5000 },
};
const process = (changes: Partial<ProcessView>): ProcessView => ({
  id: "1",
  project: "shop",
  name: "redis",
  instance: 0,
  kind: "process",
  type: "service",
  status: "running",
  desired: "up",
  health: "none",
  waitingFor: [],
  crashLooping: false,
  pid: 812,
  restarts: 0,
  exitCode: null,
  exitSignal: null,
  exitKnown: true,
  startedAt: at(12, 30, 45),
  stoppedAt: null,
  nextStartAt: null,
  cpuPercent: 0.2,
  memoryBytes: 25_690_112,
  privateBytes: 1,
  threads: 11,
  groups: [],
  node: "local",
  why: "",
  source: null,
  logs: { out: "", err: "" },
  ...changes,
});

test("prints the system, the services with the daemon, and the one-shot applications", () => {
  const backup = process({
    name: "backup",
    type: "oneshot",
    status: "exited",
    pid: null,
    stoppedAt: at(12, 31, 45),
    cpuPercent: 0,
    memoryBytes: 0,
  });
  const lines = renderMonitor(system, [process({}), backup], { columns: 100, paint: plain, now: Date.parse(at(12, 40, 0)) });
  const text = lines.join("\n");
  for (const title of ["System Status", "Services", "One-Shot Applications"])
    assert.ok(
      lines.some((line) => line.trim() === title),
      title,
    );
  assert.match(text, /│ redis +│ Running │ 12:30:45 │ +│ CPU: 0\.2% +│ restart │/);
  assert.match(text, /│ +│ +│ +│ +│ MEM: 24\.5MB +│ stop +│/);
  assert.match(text, /│ ghost-father │ Running │ 12:30:00 │ +│ CPU: 0\.5%/);
  assert.match(text, /│ backup │ Exited │ 12:30:45 │ 12:31:45 +│ CPU: 0\.0%/);
  assert.match(text, /│ Monitoring │ 2 processes │ Services: 1, One-shot: 1/);
});

test("one process is one process, and a table of no applications is left out", () => {
  const text = renderMonitor(system, [process({})], { columns: 100, paint: plain, now: Date.parse(at(12, 40, 0)) }).join("\n");
  assert.match(text, /│ Monitoring │ 1 process /);
  assert.not.match(text, "One-Shot Applications");
  assert.match(text, /│ redis +│/);
});

test("names carry their project when there are several", () => {
  const processes = [process({}), process({ project: "tools", name: "backup", instance: 1, type: "oneshot" })];
  const text = renderMonitor(system, processes, { columns: 100, paint: plain, now: Date.parse(at(12, 40, 0)) }).join("\n");
  assert.match(text, /│ shop\/redis +│/);
  assert.match(text, /│ tools\/backup:1 +│/);
});

test.run();
