import { rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessMetrics } from "../../core/metrics/values.ts";
import { ask } from "../http/requests.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { launch, untilStatus, untilView } from "../supervise/processes.ts";
import { type ReadFamily, readOpenMetrics } from "./open-metrics.ts";

async function scrape(home: Home): Promise<Map<string, ReadFamily>> {
  const answer = await ask(home, "GET", "/metrics");
  assert.is(answer.status, 200);
  assert.is(answer.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
  return readOpenMetrics(answer.text);
}

function sampleValue(families: Map<string, ReadFamily>, family: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  return families.get(family)?.samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    ?.value;
}

test("what a monitoring system scrapes is OpenMetrics, of the daemon and of every instance", async () => {
  await using home = makeHome();
  const busy = { name: "busy", executable: program("busy.sh"), restart: true };
  await launch(
    home,
    busy,
    { name: "broken", command: "sh -c 'exit 7'", type: "service" },
    { name: "idle", command: "sleep 1000", instances: 2 },
  );
  await untilStatus(home, "broken", "failed");
  await untilView(home, "busy", ({ cpuPercent }) => cpuPercent > 0, 20_000);
  const families = await scrape(home);
  const of = (name: string, instance = 0) => ({ project: "shop", name, instance: String(instance) });
  assert.is(sampleValue(families, "ghost_process_up", of("busy")), 1);
  assert.is(sampleValue(families, "ghost_process_up", of("broken")), 0);
  assert.is(sampleValue(families, "ghost_process_up", of("idle", 1)), 1);
  assert.is(sampleValue(families, "ghost_process_last_exit_code", of("broken")), 7);
  assert.is(sampleValue(families, "ghost_process_last_exit_code", of("idle")), undefined);
  assert.is(sampleValue(families, "ghost_process_status", { ...of("broken"), status: "failed" }), 1);
  assert.is(sampleValue(families, "ghost_process_status", { ...of("broken"), status: "running" }), 0);
  assert.is(sampleValue(families, "ghost_process_restarts", of("busy")), 0);
  assert.ok((sampleValue(families, "ghost_process_memory_bytes", of("idle")) ?? 0) > 100_000);
  assert.ok((sampleValue(families, "ghost_process_cpu_seconds", of("busy")) ?? 0) > 0);
  assert.ok((sampleValue(families, "ghost_process_uptime_seconds", of("idle")) ?? 0) > 0);
  const startedS = sampleValue(families, "ghost_process_start_time_seconds", of("idle")) ?? 0;
  assert.ok(Math.abs(startedS - Date.now() / 1000) < 60, `started at ${startedS}`);
  assert.is(sampleValue(families, "ghost_process_healthy", of("idle")), undefined, "without a check nothing is said of health");
  assert.is(sampleValue(families, "ghost_daemon_processes", { status: "running" }), 3);
  assert.ok((sampleValue(families, "ghost_daemon_history_entries") ?? 0) > 3);
  assert.is(sampleValue(families, "ghost_daemon_state_saved"), 1);
  assert.ok((families.get("ghost_daemon")?.samples[0]?.labels.version ?? "") !== "");
});

test("what a health check says, and how long it took, is among the values", async () => {
  await using home = makeHome();
  home.write("well", "");
  const health_check = { exec: "sh -c 'sleep 0.05; test -f well'", period: "50ms" };
  await launch(home, { name: "api", command: "sleep 1000", type: "service", health_check: { ...health_check, failures: 1 } });
  await untilStatus(home, "api", "running");
  const well = await scrape(home);
  assert.equal([sampleValue(well, "ghost_process_healthy"), sampleValue(well, "ghost_process_probe_success")], [1, 1]);
  assert.ok((sampleValue(well, "ghost_process_probe_latency_seconds") ?? 0) >= 0.05);
  rmSync(join(home.work, "well"));
  await untilStatus(home, "api", "unhealthy");
  const ill = await scrape(home);
  assert.equal([sampleValue(ill, "ghost_process_healthy"), sampleValue(ill, "ghost_process_probe_success")], [0, 0]);
});

test("whoever accepts only text/plain gets the format that Prometheus has read for ever", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  const answer = await ask(home, "GET", "/metrics", { headers: { accept: "text/plain" } });
  assert.is(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.match(answer.text, /^# HELP ghost_daemon_info /);
  assert.match(answer.text, /\nghost_daemon_cpu_seconds_total [0-9.]+\n/);
  assert.not.match(answer.text, /# EOF/);
});

test("bytes that went through the logs are counted", async () => {
  await using home = makeHome();
  await launch(home, { name: "talker", command: "sh -c 'head -c 100000 /dev/zero | tr \\\\0 x; exec sleep 1000'", type: "service" });
  await untilStatus(home, "talker", "running");
  let moved = 0;
  for (let look = 0; look < 200 && moved < 100_000; look += 1) moved = sampleValue(await scrape(home), "ghost_daemon_log_moved_bytes") ?? 0;
  assert.ok(moved >= 100_000, `${moved} bytes`);
});

test("ghost metrics shows the same as a table and as JSON; an unknown name is an error", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: "sleep 1000", type: "service" });
  await untilStatus(home, "api", "running");
  const table = (await home.ok(["metrics"])).stdout;
  assert.match(table, /NAME +STATUS +UPTIME +CPU +CPU TIME +MEM/);
  assert.match(table, /api +running +/);
  const [value] = (await home.ok(["metrics", "api", "--json"])).json<ProcessMetrics[]>();
  assert.equal([value?.project, value?.name, value?.status, value?.up, value?.health], ["shop", "api", "running", true, "none"]);
  assert.is((await home.ghost(["metrics", "nobody"])).code, 3);
});

test.run();
