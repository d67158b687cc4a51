import { type Identity, UNSEEN_EXIT } from "../../core/lifecycle/state.ts";
import { DRAIN_LIMIT_MS } from "../logs/pump.ts";
import { signalGroup, signalProcess, type Target } from "../process/signal.ts";
import { runStopCommand } from "../process/stop-command.ts";
import { reap } from "../process/subreaper.ts";
import { type ProcessEntry, type ProcessTable, readProcess } from "../process/table.ts";
import { orphansOf } from "./orphans.ts";
import { revealText, stopCommandContext } from "./run.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Snapshot } from "./tree-scanner.ts";
import { untilChange } from "./until-change.ts";

/** How often a tree that is asked to end is looked at: at first, and at most. */
const LOOK_MS_MIN = 4;
const LOOK_MS_MAX = 250;
/** How long the word of a main process's end may be on its way after the tree is empty, in ms: draining its logs takes at most `DRAIN_LIMIT_MS`. */
const END_TOLD_MS = DRAIN_LIMIT_MS + 500;

/**
 * Ends a whole tree: the signal to the group, time to react, SIGKILL, then whatever escaped the group (by parent, by
 * recorded membership, by token). `tree-empty` is told only when nobody is left; a process that even SIGKILL does not
 * end (stuck in the kernel) is waited for.
 */
export function stopTree(supervisor: Supervisor, process: Supervised, force: boolean): void {
  const stop = new TreeStop(supervisor, process, force);
  process.stopping = stop;
  void stop.run();
}

class TreeStop {
  private readonly supervisor: Supervisor;
  private readonly process: Supervised;
  private readonly firstPid: Target | null;
  private force: boolean;
  private killed = false;
  private readonly asked = new Set<number>();
  private wake: () => void = () => {};

  constructor(supervisor: Supervisor, process: Supervised, force: boolean) {
    this.supervisor = supervisor;
    this.process = process;
    this.force = force;
    const [pid, startTicks] = [...process.members][0] ?? [0, 0];
    this.firstPid = pid > 0 ? { pid, startTicks } : null;
  }

  harder(): void {
    this.force = true;
    this.wake();
  }

  async run(): Promise<void> {
    const deadline = performance.now() + this.process.definition.stop.timeoutMs;
    if (!this.force) this.ask();
    let pauseMs = LOOK_MS_MIN;
    for (;;) {
      const quiet = this.knowsNobodyAlive();
      const left = await this.whoIsLeft();
      // A look takes a while: who forks and ends meanwhile hides its child. Empty counts if all were gone when it began.
      if (left.length === 0 && quiet) break;
      if (left.length === 0) continue;
      if (this.force || performance.now() >= deadline) this.kill(left);
      else this.askEscapees(left);
      await this.pause(Math.min(pauseMs, Math.max(1, deadline - performance.now() > 0 ? deadline - performance.now() : LOOK_MS_MAX)));
      pauseMs = Math.min(pauseMs * 2, LOOK_MS_MAX);
    }
    await this.untilEndTold();
    this.process.stopping = null;
    this.process.members = new Map();
    this.supervisor.dispatch(this.process, { type: "tree-empty", killed: this.killed });
  }

  /** The tree may be empty before the end of its main process was told (its last bytes are still being logged): the record shall have its exit code. */
  private async untilEndTold(): Promise<void> {
    const isTold = (): boolean => {
      const { state } = this.process.machine;
      return state.at !== "stopping" || state.identity === null || state.ended === true;
    };
    if (await untilChange(this.process, isTold, END_TOLD_MS)) return;
    this.supervisor.dispatch(this.process, { type: "exited", exit: UNSEEN_EXIT, leftovers: false });
  }

  /** The first, polite word: the stop command, or the signal to the groups. */
  private ask(): void {
    const { command } = this.process.definition.stop;
    const main = this.identity();
    // Without anybody left to tell, the signal has to do.
    if (command === null || !main || this.mainHasEnded()) this.signal();
    else this.runCommand(command, main);
  }

  private signal(): void {
    this.signalGroups(this.process.definition.stop.signal as NodeJS.Signals);
    // A stopped process (SIGSTOP) hears nothing until it goes on.
    this.signalGroups("SIGCONT");
  }

  /** A stop command that fails has asked for nothing: then the signal does, because SIGKILL would be the next word. */
  private runCommand(command: string, main: Identity): void {
    const failed = (problem: string): void => {
      if (this.process.stopping !== this) return;
      const { signal } = this.process.definition.stop;
      this.supervisor.record(this.process, null, null, {
        kind: "stop-command-failed",
        text: `stop.command ${problem}; ${signal} is sent instead`,
      });
      this.signal();
    };
    try {
      const context = stopCommandContext(this.supervisor, this.process, main.pid);
      runStopCommand(revealText(this.supervisor, this.process, command), context, failed);
    } catch (error) {
      failed(`cannot be run: ${(error as Error).message}`);
    }
  }

  private kill(left: readonly ProcessEntry[]): void {
    this.killed ||= !this.force;
    this.signalGroups("SIGKILL");
    for (const entry of left) signalProcess(entry, "SIGKILL");
    this.supervisor.parts.limits.kill(this.process);
  }

  /** Who left the group did not hear the first word; each is told once, as soon as the main process is gone. */
  private askEscapees(left: readonly ProcessEntry[]): void {
    if (this.mainIsAmong(left)) return;
    for (const entry of left) {
      if (this.asked.has(entry.pid)) continue;
      this.asked.add(entry.pid);
      signalProcess(entry, this.process.definition.stop.signal as NodeJS.Signals);
      signalProcess(entry, "SIGCONT");
    }
  }

  private knowsNobodyAlive(): boolean {
    for (const [pid, startTicks] of this.process.members) {
      const entry = readProcess(pid);
      if (entry && entry.startTicks === startTicks && entry.state !== "Z") return false;
    }
    return true;
  }

  private mainHasEnded(): boolean {
    const { state } = this.process.machine;
    return state.at === "stopping" && state.ended === true;
  }

  private mainIsAmong(left: readonly ProcessEntry[]): boolean {
    const main = this.identity();
    return main !== null && left.some((entry) => entry.pid === main.pid && entry.startTicks === main.startTicks);
  }

  private signalGroups(signal: NodeJS.Signals): void {
    const main = this.identity();
    if (this.firstPid) signalGroup(this.firstPid, signal);
    if (main && main.pid !== this.firstPid?.pid && !signalGroup(main, signal)) signalProcess(main, signal);
  }

  private identity(): Identity | null {
    const { state } = this.process.machine;
    return state.at === "stopping" || state.at === "running" ? (state.identity ?? null) : null;
  }

  /** Everyone of this run who lives: the group, descendants, recorded members, bearers of the token. */
  private async whoIsLeft(): Promise<ProcessEntry[]> {
    const snapshot = await this.supervisor.scanner.next();
    const roots = this.relatives(snapshot);
    const left = snapshot.table.treeOf(roots);
    for (const entry of left) this.process.members.set(entry.pid, entry.startTicks);
    this.reapZombies(snapshot, roots);
    // The main process is gone for us when its exit was told: a zombie that waits to be reaped still counts.
    return left.length === 0 && this.mainIsUnreaped(snapshot) ? this.unreapedMain(snapshot) : left;
  }

  private relatives(snapshot: Snapshot): number[] {
    const { table } = snapshot;
    const alive = [...this.process.members]
      .filter(([pid, startTicks]) => table.entries.get(pid)?.startTicks === startTicks)
      .map(([pid]) => pid);
    const pgid = this.firstPid?.pid ?? 0;
    const inGroup = this.groupIsOurs(table)
      ? [...table.entries.values()].filter((entry) => entry.pgid === pgid).map((entry) => entry.pid)
      : [];
    const main = this.identity();
    // Environments are read only once the main process is gone: until then there is no need to know.
    const confined = this.supervisor.parts.limits.members(this.process);
    if (main && table.find(main.pid, main.startTicks)) return [...alive, ...inGroup, ...confined];
    const bearers = snapshot.withToken(this.token()).map((entry) => entry.pid);
    return [...alive, ...inGroup, ...confined, ...bearers, ...orphansOf(this.process, pgid, this.supervisor, snapshot)];
  }

  /** A leader that is a stranger means that our group is gone and its number has another owner. */
  private groupIsOurs(table: ProcessTable): boolean {
    if (!this.firstPid || this.firstPid.pid <= 1) return false;
    const leader = table.entries.get(this.firstPid.pid);
    return !leader || leader.startTicks === this.firstPid.startTicks;
  }

  private token(): string {
    const { state } = this.process.machine;
    return state.at === "stopping" ? state.token : (this.identity()?.token ?? "");
  }

  private reapZombies(snapshot: Snapshot, pids: readonly number[]): void {
    const main = this.identity();
    for (const pid of pids) {
      const entry = snapshot.table.entries.get(pid);
      if (entry?.state === "Z" && entry.ppid === process.pid && pid !== main?.pid) reap(pid);
    }
  }

  /** True while the runtime has not yet told the exit of the main process: its code belongs into the record. */
  private mainIsUnreaped(snapshot: Snapshot): boolean {
    return this.unreapedMain(snapshot).length > 0;
  }

  private unreapedMain(snapshot: Snapshot): ProcessEntry[] {
    const main = this.identity();
    const entry = main ? snapshot.table.entries.get(main.pid) : undefined;
    return entry && entry.startTicks === main?.startTicks && entry.ppid === process.pid ? [entry] : [];
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.process.waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wake = done;
      // The exit of the main process is a change of this process: look again at once.
      this.process.waiters.add(done);
    });
  }
}
