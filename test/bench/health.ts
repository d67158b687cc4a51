/**
 * `bun test/bench/health.ts`: what health checks cost the daemon, and how soon a graph is healthy. Prints the figures of issue
 * "Orchestration", section "Speed"; a missed target is a result, not an error. Needs Linux and `dist/ghost`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ProcessView } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { threadCpuMs } from "./usage.ts";

const CHECKS = 200;
const PERIOD = "1s";
const CPU_PERCENT_MAX = 3;
/** So long is CPU measured, in ms, after things have settled. */
const MEASURED_MS = 15_000;
const SETTLE_MS = 5_000;

/** The graph: so many processes in so many layers, each of which listens so long after its start, in ms. */
const GRAPH = 50;
const LAYERS = 3;
const READY_MS = 500;
const CRITICAL_PATH_FACTOR_MAX = 1.5;

const web = createServer((_, response) => response.end("ok"));
const port = await listenOn(web);
for (const [kind, check] of [
  ["none", null],
  ["tcp", { tcp: `127.0.0.1:${port}` }],
  ["http", { http: `http://127.0.0.1:${port}/healthz` }],
  ["log", { log: "never written" }],
] as const)
  console.log(`${CHECKS} processes, check each ${PERIOD}: ${kind}`.padEnd(48), await costOf(check));
console.log(`${GRAPH} processes, ${LAYERS} layers, tcp checks`.padEnd(48), await timeGraph());
web.close();

/** CPU of the daemon and its helpers. The server that is asked runs here, in another process. */
async function costOf(check: object | null): Promise<string> {
  await using home = makeHome();
  declare(
    home,
    Array.from({ length: CHECKS }, (_, i) => ({
      name: `p${i}`,
      command: "sleep 1000",
      restart: true,
      ...(check && { health_check: { ...check, period: PERIOD } }),
    })),
  );
  await home.ok(["register", "--start", "--no-wait"]);
  await waitFor(async () => (await list(home)).every(({ pid }) => pid !== null), { what: "all to run", pauseMs: 200 });
  await pause(SETTLE_MS);
  const { pid, helperPids } = (await home.ok(["daemon", "status", "--json"])).json<{ pid: number; helperPids: number[] }>();
  const [usedMs, startedMs] = [threadCpuMs([pid, ...helperPids]), performance.now()];
  await pause(MEASURED_MS);
  const percent = ((threadCpuMs([pid, ...helperPids]) - usedMs) / (performance.now() - startedMs)) * 100;
  return `${percent.toFixed(2)} % of a core${check ? ` (target: ${CPU_PERCENT_MAX} %)` : ""}`;
}

/** From the command to the last that is healthy, beside what the programs themselves take on the longest path. */
async function timeGraph(): Promise<string> {
  await using home = makeHome();
  const names = Array.from({ length: GRAPH }, (_, i) => `p${i}`);
  const layerOf = (i: number): number => Math.floor((i * LAYERS) / GRAPH);
  const processes = await Promise.all(
    names.map(async (name, i) => {
      const own = await freePort();
      const program = [
        "import time,socket",
        `time.sleep(${READY_MS / 1000}); s=socket.create_server(("127.0.0.1",${own}))`,
        'began=int(open("/proc/self/stat").read().rsplit(")",1)[1].split()[19])/100',
        `open("${name}.ms","w").write(str((time.clock_gettime(time.CLOCK_BOOTTIME)-began)*1000))`,
        "while True: s.accept()[0].close()",
      ].join("\n");
      const needs = names.filter((_, other) => layerOf(other) === layerOf(i) - 1);
      return { name, command: ["python3", "-c", program], restart: true, health_check: { tcp: `127.0.0.1:${own}` }, depends_on: needs };
    }),
  );
  declare(home, processes);
  await home.ok(["daemon", "start"]);
  const startedMs = performance.now();
  await home.ok(["register", "--start"], { limitMs: 120_000 });
  const tookMs = performance.now() - startedMs;
  const unhealthy = (await list(home)).filter(({ health }) => health !== "healthy");
  if (unhealthy.length > 0) throw new Error(`not healthy: ${unhealthy.map(({ name }) => name).join(", ")}`);
  const layers = Array.from({ length: LAYERS }, (_, layer) => names.filter((_name, i) => layerOf(i) === layer));
  const pathMs = layers.map((layer) => Math.max(...layer.map((name) => readyMs(home, name)))).reduce((sum, ms) => sum + ms);
  const factor = (tookMs / pathMs).toFixed(2);
  return `all healthy after ${Math.round(tookMs)} ms, ${factor} × the programs' own ${Math.round(pathMs)} ms (target: ${CRITICAL_PATH_FACTOR_MAX} ×)`;
}

/** From a program's start to its listening, as it measured itself: on a busy machine far more than it waits. */
function readyMs(home: Home, name: string): number {
  return Number(readFileSync(join(home.work, `${name}.ms`), "utf8"));
}

function declare(home: Home, processes: readonly object[]): void {
  writeFileSync(join(home.work, "processes.yaml"), stringify({ project: "bench", processes }));
}

async function list(home: Home): Promise<ProcessView[]> {
  return (await home.ok(["list", "--json"])).json<ProcessView[]>();
}

function listenOn(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}
