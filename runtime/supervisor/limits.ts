import type { ProcessDefinition } from "../../core/config/definition.ts";
import type { Exit } from "../../core/lifecycle/state.ts";
import { RunCgroups } from "../process/cgroup.ts";
import { type CgroupPlace, claimCgroups, type NoCgroups, surveyCgroups } from "../process/cgroup-place.ts";
import { OutOfMemoryWitness } from "../process/out-of-memory.ts";
import type { Supervised } from "./supervised.ts";

/** The limits that a process may have, by their keys in the file. */
export type LimitName = "memory" | "cpu" | "pids" | "open_files";

type Limited = Pick<ProcessDefinition, "name" | "limits">;

/** Limits as the kernel holds them where it may, and the word on where it may not. */
export class Limits {
  private readonly cgroups: RunCgroups | null;
  private readonly reason: string;
  private readonly witness: OutOfMemoryWitness;
  private readonly warned = new Set<string>();

  constructor(place: CgroupPlace | NoCgroups, witness = new OutOfMemoryWitness()) {
    this.cgroups = "reason" in place ? null : new RunCgroups(place);
    this.reason = "reason" in place ? place.reason : "the cgroup that the daemon was given has no such controller";
    this.witness = witness;
  }

  /**
   * Makes a group for the run that is about to begin. Gives its folder if the program must be in it before it begins; null:
   * it has no such limits and may be put there a moment later, or there is no group.
   */
  prepare({ id, definition }: Supervised): string | null {
    const folder = this.cgroups?.prepare(id, definition.limits) ?? null;
    const { cpu, memoryBytes, pids } = definition.limits;
    return cpu === null && memoryBytes === null && pids === null ? null : folder;
  }

  /** The run has begun. One that was in its group before stays in it. */
  begun(process: Supervised, pid: number): void {
    this.cgroups?.join(process.id, pid);
  }

  /** Called at each change of a process: a definition that changed counts for the run that goes on, and a group without a run goes. */
  update(process: Supervised): void {
    const { at } = process.machine.state;
    if (at === "running") this.cgroups?.limit(process.id, process.definition.limits);
    else if (at !== "starting" && at !== "stopping") this.cgroups?.remove(process.id);
  }

  /** Pids in the group of a run, escaped from everything else or not. */
  members(process: Supervised): readonly number[] {
    return this.cgroups?.members(process.id) ?? [];
  }

  /** The last resort: SIGKILL for everybody in the group of the run. */
  kill(process: Supervised): void {
    if (this.members(process).length > 0) this.cgroups?.kill(process.id);
  }

  /** Forgets groups that nobody is in any more: at the beginning those of the daemon before, at the end all. */
  sweep(): void {
    this.cgroups?.sweep();
  }

  /** An end by a SIGKILL that nobody here sent, with what the kernel has to say of it. */
  explain(process: Supervised, pid: number, exit: Exit): Exit {
    if (exit.signal !== "SIGKILL") return exit;
    const outOfMemory = this.cgroups?.ranOutOfMemory(process.id) ? "certain" : this.witness.judge(pid);
    return outOfMemory === undefined ? exit : { ...exit, outOfMemory };
  }

  /** How each limit is kept here, as a phrase. */
  account(): Record<LimitName, string> {
    const held = (name: "cpu" | "pids", file: string): string =>
      this.cgroups?.controllers.has(name) ? `held by the kernel for the whole tree (${file})` : `not enforced here: ${this.reason}`;
    const capped = this.cgroups?.controllers.has("memory") ? ", and capped a quarter above by the kernel (memory.max)" : "";
    return {
      memory: `a tree over its limit is restarted when the next sample sees it${capped}`,
      cpu: held("cpu", "cpu.max"),
      pids: held("pids", "pids.max"),
      open_files: "held by the kernel for each process (RLIMIT_NOFILE)",
    };
  }

  /** What a person should know who gives a process these limits. */
  warnings({ name, limits }: Limited): string[] {
    const asked = (["cpu", "pids"] as const).filter((limit) => limits[limit] !== null && !this.cgroups?.controllers.has(limit));
    return asked.map((limit) => `the ${limit} limit of ${name} is not enforced here: ${this.reason}`);
  }

  /** The same, each once in the life of a daemon. */
  newWarnings(definition: Limited & Pick<ProcessDefinition, "project">): string[] {
    return this.warnings(definition).filter((text) => {
      const key = `${definition.project} ${text}`;
      return !this.warned.has(key) && this.warned.add(key);
    });
  }
}

/** The limits of a daemon's home: with cgroups where it was given some. `own`: pids of the daemon and its helpers. */
export function openLimits(home: string, own: readonly number[], mayMove: boolean): Limits {
  const site = surveyCgroups();
  const limits = new Limits("reason" in site ? site : claimCgroups(site, { home, own, mayMove }));
  limits.sweep();
  return limits;
}
