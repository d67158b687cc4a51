/** One cgroup for each run: limits that the kernel holds for the whole tree, a sure word of who is in it, and one file that ends them all. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, type CgroupPlace, type Controller, pidsIn } from "./cgroup-place.ts";

/** The period over which the kernel counts CPU time, in µs: its own default. */
const CPU_PERIOD_US = 100_000;
/** Less CPU than this per period the kernel refuses, in µs. */
const CPU_QUOTA_US_MIN = 1_000;
/**
 * Memory above the limit at which the kernel steps in: a quarter more, and at least so many bytes. Up to there it is the
 * sampler that sees it and restarts with that cause; what outgrows this between two samples must not take the machine.
 */
const MEMORY_MARGIN = 0.25;
const MEMORY_MARGIN_BYTES_MIN = 32 * 1024 * 1024;
/** Groups below a run's own, which its program may have made, are followed so deep. */
const DEPTH_MAX = 8;

/** What a run may use; null: as much as there is. */
export interface CgroupLimits {
  /** Cores. */
  readonly cpu: number | null;
  readonly memoryBytes: number | null;
  /** Processes and threads. */
  readonly pids: number | null;
}

/** The cgroups of a home's runs, by the ids of their processes. No method throws: what the kernel refuses is told by what it gives. */
export class RunCgroups {
  readonly controllers: ReadonlySet<Controller>;
  private readonly folder: string;
  /** Kills for want of memory that the group of a run had seen before it. */
  private readonly killsBefore = new Map<string, number>();

  constructor({ folder, controllers }: CgroupPlace) {
    this.folder = folder;
    this.controllers = controllers;
  }

  /** A group for the next run, as good as new; gives its folder, or null where it cannot be made. */
  prepare(id: string, limits: CgroupLimits): string | null {
    this.remove(id);
    const folder = this.of(id);
    if (!attempt(() => mkdirSync(folder, { recursive: true }))) return null;
    this.killsBefore.set(id, readKills(folder));
    return this.limit(id, limits) ? folder : null;
  }

  /** Sets limits of a run that may go on already; false when one of them is refused. */
  limit(id: string, limits: CgroupLimits): boolean {
    const wanted = this.settings(limits).map(([file, value]) => attempt(() => writeFileSync(join(this.of(id), file), value)));
    return wanted.every(Boolean);
  }

  /** Puts a process that runs already into the group. What it forked before that stays where it was. */
  join(id: string, pid: number): boolean {
    return attempt(() => writeFileSync(join(this.of(id), "cgroup.procs"), String(pid)));
  }

  /** Pids of all in the group; none where there is none. */
  members(id: string): number[] {
    return foldersIn(this.of(id)).flatMap(pidsIn);
  }

  /** SIGKILL for all in the group at once, whoever forks meanwhile included; false before Linux 5.14. */
  kill(id: string): boolean {
    return attempt(() => writeFileSync(join(this.of(id), "cgroup.kill"), "1"));
  }

  /** True when the kernel killed somebody of this run because its group was out of memory. */
  ranOutOfMemory(id: string): boolean {
    return readKills(this.of(id)) > (this.killsBefore.get(id) ?? 0);
  }

  /** Removes an empty group; one that is not, stays, with all that its program made in it. */
  remove(id: string): void {
    if (isPopulated(this.of(id))) return;
    for (const folder of foldersIn(this.of(id)).reverse()) attempt(() => rmdirSync(folder));
    this.killsBefore.delete(id);
  }

  /** Removes what daemons before this one left and nobody is in. */
  sweep(): void {
    for (const id of childrenOf(this.folder)) this.remove(id);
  }

  private of(id: string): string {
    return join(this.folder, id);
  }

  private settings({ cpu, memoryBytes, pids }: CgroupLimits): [string, string][] {
    const quotaUs = cpu === null ? "max" : String(Math.max(CPU_QUOTA_US_MIN, Math.round(cpu * CPU_PERIOD_US)));
    const all: [Controller, string, string][] = [
      ["cpu", "cpu.max", `${quotaUs} ${CPU_PERIOD_US}`],
      ["memory", "memory.max", memoryBytes === null ? "max" : String(memoryMax(memoryBytes))],
      // One that is short of one of its processes is of no use: they go together, and the restart policy decides.
      ["memory", "memory.oom.group", memoryBytes === null ? "0" : "1"],
      ["pids", "pids.max", pids === null ? "max" : String(pids)],
    ];
    return all.filter(([controller]) => this.controllers.has(controller)).map(([, file, value]) => [file, value]);
  }
}

function memoryMax(limitBytes: number): number {
  return limitBytes + Math.max(MEMORY_MARGIN_BYTES_MIN, Math.round(limitBytes * MEMORY_MARGIN));
}

function isPopulated(folder: string): boolean {
  return /^populated 1$/m.test(readText(join(folder, "cgroup.events")));
}

function readKills(folder: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(readText(join(folder, "memory.events")))?.[1] ?? 0);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** A group and those below it, parents first. */
function foldersIn(folder: string, depth = 0): string[] {
  if (depth > DEPTH_MAX) return [];
  return [folder, ...childrenOf(folder).flatMap((name) => foldersIn(join(folder, name), depth + 1))];
}

function childrenOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
