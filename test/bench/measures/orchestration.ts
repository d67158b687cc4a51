/** What orchestration costs: health checks, a graph that comes up, a change that reaches those that depend on it. Ghost alone: neither peer has any of it. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import type { HistoryEntry, ProcessView } from "../../../core/api/wire.ts";
import { type Home, makeHome } from "../../rig/home.ts";
import { freePort } from "../../rig/ports.ts";
import { pause, waitFor } from "../../rig/wait.ts";
import { threadCpuMs } from "../usage.ts";

const CHECKS = 200;
const PERIOD = "1s";
/** The daemon is let alone for so long before its CPU is measured, in ms. */
const SETTLE_MS = 5_000;

/** The graph: so many processes in so many layers, each of which listens so long after its start, in ms. */
const GRAPH = 50;
const LAYERS = 3;
const READY_MS = 500;

/** Dependents that a change has to reach, and how often it changes. */
const DEPENDENTS = 50;
const CHANGES = 5;

/** CPU of the daemon and its helpers with 200 checks a second, in percent of a core. The server that is asked is the bench itself. */
export async function healthPercent(kind: "tcp" | "http", measuredMs: number): Promise<number> {
  const web = createServer((_, response) => response.end("ok"));
  const address = `127.0.0.1:${await listenOn(web)}`;
  try {
    await using home = makeHome();
    const check = kind === "tcp" ? { tcp: address } : { http: `http://${address}/healthz` };
    const names = Array.from({ length: CHECKS }, (_, i) => `p${i}`);
    declare(
      home,
      names.map((name) => ({ name, command: "sleep 1000", restart: true, health_check: { ...check, period: PERIOD } })),
    );
    await home.ok(["register", "--start", "--no-wait"]);
    await waitFor(async () => (await list(home)).every(({ health }) => health === "healthy"), {
      what: "all to be healthy",
      pauseMs: 200,
      limitMs: 60_000,
    });
    await pause(SETTLE_MS);
    return await cpuPercent(home, measuredMs);
  } finally {
    web.close();
  }
}

async function cpuPercent(home: Home, measuredMs: number): Promise<number> {
  const { pid, helperPids } = (await home.ok(["daemon", "status", "--json"])).json<{ pid: number; helperPids: number[] }>();
  const [usedMs, startedMs] = [threadCpuMs([pid, ...helperPids]), performance.now()];
  await pause(measuredMs);
  return ((threadCpuMs([pid, ...helperPids]) - usedMs) / (performance.now() - startedMs)) * 100;
}

/** From a dependency's change of health to the last of 50 processes that are held for it, by the daemon's own record, in ms; one for each change. */
export async function lossTimes(): Promise<number[]> {
  await using home = makeHome();
  const up = join(home.work, "up");
  const held = Array.from({ length: DEPENDENTS }, (_, i) => ({
    name: `d${i}`,
    command: "sleep 1000",
    restart: true,
    depends_on: { base: { condition: "healthy", on_loss: "hold" } },
  }));
  declare(home, [
    { name: "base", command: "sleep 1000", restart: true, health_check: { exec: `test -e ${up}`, period: "100ms", failures: 1 } },
    ...held,
  ]);
  writeFileSync(up, "");
  await home.ok(["register", "--start"], { limitMs: 60_000 });
  const times: number[] = [];
  for (let change = 0; change < CHANGES; change += 1) {
    rmSync(up);
    await untilAll(home, ({ name, status }) => name === "base" || status === "waiting");
    times.push(await lastLossMs(home));
    writeFileSync(up, "");
    await untilAll(home, ({ status }) => status === "running");
  }
  return times;
}

async function lastLossMs(home: Home): Promise<number> {
  const told = (await home.ok(["why", "--all", "-n", "500", "--json"])).json<HistoryEntry[]>();
  const from = told.filter(({ name, cause }) => name === "base" && cause.kind === "health").at(-1);
  const to = told.filter(({ cause }) => cause.kind === "dependency-lost").at(-1);
  return Date.parse(to?.time ?? "") - Date.parse(from?.time ?? "");
}

async function untilAll(home: Home, condition: (process: ProcessView) => boolean): Promise<void> {
  await waitFor(async () => (await list(home)).every(condition), { what: "all to follow", pauseMs: 50, limitMs: 30_000 });
}

/** How long 50 processes in three layers take until all are healthy, as a multiple of what the programs themselves take on the longest path. */
export async function graphFactor(): Promise<number> {
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
  return tookMs / pathMs;
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
