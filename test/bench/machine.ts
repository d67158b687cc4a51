import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type } from "node:os";
import { ROOT } from "../rig/ghost.ts";
import { timeCommand } from "./command.ts";
import { summarise } from "./statistics.ts";

/** From this share of the cores on, other work disturbs what is measured. */
const BUSY_LOAD_PER_CORE = 0.25;
/** How often the bench's own overhead is measured. */
const SPAWN_RUNS = 25;

/** Where the figures come from. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** MB of 1,000,000 bytes. */
  readonly memoryMegabytes: number;
  readonly kernel: string;
  /** The type of the file system that logs and state are written to. */
  readonly fileSystem: string;
  /** The one-minute average before anything was measured. */
  readonly load: number;
  /** True when other work went on: the figures are then too high. */
  readonly busy: boolean;
  /** What it costs the bench to spawn and reap `/bin/true`, in milliseconds: included in each command's time. */
  readonly spawnMs: number;
}

/** Looks at the machine, before anything is measured. */
export function describeMachine(): Machine {
  const [load, cores] = [loadavg()[0] ?? 0, availableParallelism()];
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores,
    memoryMegabytes: Math.round(totalmem() / 1e6),
    kernel: `${type()} ${release()}`,
    fileSystem: fileSystemOf(tmpdir()),
    load,
    busy: load > cores * BUSY_LOAD_PER_CORE,
    spawnMs: spawnMs(),
  };
}

/** Versions of what is measured and of what it runs on, by name. */
export function versions(): Readonly<Record<string, string>> {
  return {
    bun: process.versions.bun ?? "none",
    node: firstLine("node", ["--version"]),
    redis: firstLine("redis-server", ["--version"]).replace(/^.* v=([\d.]+) .*$/, "$1"),
    python: firstLine("python3", ["--version"]),
    commit: firstLine("git", ["-C", ROOT, "describe", "--always", "--dirty"]),
  };
}

function firstLine(program: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? (stdout.split("\n")[0] ?? "") : "none";
}

function fileSystemOf(folder: string): string {
  const mounts = readFileSync("/proc/mounts", "utf8").trim().split("\n");
  const within = mounts.map((line) => line.split(" ")).filter(([, at = ""]) => `${folder}/`.startsWith(at === "/" ? "/" : `${at}/`));
  return within.sort(([, a = ""], [, b = ""]) => b.length - a.length)[0]?.[2] ?? "unknown";
}

function spawnMs(): number {
  const surroundings = { cwd: "/", env: { PATH: "/usr/bin:/bin" } };
  const times = Array.from({ length: SPAWN_RUNS }, () => timeCommand(["/bin/true"], surroundings));
  return summarise(times)?.median ?? 0;
}
