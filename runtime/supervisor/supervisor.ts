import { randomBytes } from "node:crypto";
import type { Cause, HistoryEntry } from "../../core/api/wire.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import type { Effect, Event } from "../../core/lifecycle/events.ts";
import type { Exit } from "../../core/lifecycle/state.ts";
import { transition } from "../../core/lifecycle/transition.ts";
import { pidOf, statusOf } from "../../core/lifecycle/view.ts";
import type { LogPump } from "../logs/pump.ts";
import type { WaitStatus } from "../process/subreaper.ts";
import { readZombieStatus, reap } from "../process/subreaper.ts";
import { Dependencies } from "./dependencies.ts";
import { judgeExit } from "./exits.ts";
import { Groups } from "./groups.ts";
import { handOn, hiddenByGuests, isGuest } from "./guests.ts";
import type { Limits } from "./limits.ts";
import { Listeners, type SocketKeeper } from "./listeners.ts";
import { Observers } from "./observers.ts";
import { PendingChanges } from "./pending-changes.ts";
import { judgePortConflict } from "./port-conflicts.ts";
import { PortWatch } from "./port-watch.ts";
import { Ports } from "./ports.ts";
import { noteRunEnd } from "./results.ts";
import { forgetLastWords, startRun } from "./run.ts";
import type { SecretsFile } from "./secrets-file.ts";
import { SpawnQueue } from "./spawn-queue.ts";
import { stopTree } from "./stop-tree.ts";
import type { ManifestHead, Store } from "./store.ts";
import { isOwn, type Supervised } from "./supervised.ts";
import { TreeScanner } from "./tree-scanner.ts";

/** The hub's sockets for apps that run as other users. */
export interface AppDoors {
  /** Where that of a user is. */
  pathOf(uid: number): string;
  /** Resolves when it is there, or is not to be waited for any longer. Never rejects. */
  open(uid: number): Promise<void>;
}

/** What the supervisor works with; the daemon's main file puts it together. */
export interface SupervisorParts {
  readonly store: Store;
  readonly secrets: SecretsFile;
  readonly pump: LogPump;
  /** Absolute folders of this home. */
  readonly home: { readonly root: string; readonly logs: string; readonly fifos: string; readonly hubSocket: string };
  /** What Ghost itself runs beside what people register. */
  readonly own: readonly ProcessDefinition[];
  /** True where what daemonizes comes to this process and can be followed. */
  readonly subreaper: boolean;
  readonly limits: Limits;
  /** Keeps listening sockets open while no daemon is there. */
  readonly sockets: SocketKeeper;
  /** What lets an app of this name into the hub. */
  readonly makeHubToken: (name: string) => string;
  /** By which apps of other users reach it. */
  readonly appDoors: AppDoors;
  /** Told of every change, after it is recorded. */
  readonly announce: (entry: HistoryEntry) => void;
  /** For errors that stop nothing; never a secret. */
  readonly log: (text: string) => void;
}

/** Bytes of a run's token; hexadecimal in the environment. */
const TOKEN_BYTES = 12;

/**
 * Runs the effects that transitions ask for, and feeds what happens back as events. All processes of a home are here;
 * `dispatch` is the only place that changes one.
 */
export class Supervisor {
  readonly parts: SupervisorParts;
  readonly processes = new Map<string, Supervised>();
  readonly manifests = new Map<string, ManifestHead>();
  readonly scanner: TreeScanner;
  readonly dependencies: Dependencies;
  readonly groups: Groups;
  readonly pendingChanges: PendingChanges;
  readonly ports: Ports;
  readonly listeners: Listeners;
  readonly portWatch: PortWatch;
  private halted = false;
  private sealed = false;
  /** Whose start was recorded after `halt`, and is not carried out. */
  private readonly withheld = new Set<Supervised>();
  private readonly spawnQueue = new SpawnQueue();
  /** Told when a process starts or stops to run, so that watching files and the like can follow. */
  readonly runChanges: Observers<Supervised>;
  /** Told when the configuration of an app is another, of each instance. */
  readonly appChanges: Observers<Supervised>;
  /** Told of every change; effects come after, so that nobody who looks on may keep them from being run. */
  private readonly changes: Observers<HistoryEntry>;

  constructor(parts: SupervisorParts) {
    this.parts = parts;
    this.runChanges = new Observers(parts.log);
    this.appChanges = new Observers(parts.log);
    this.changes = new Observers(parts.log);
    this.changes.add(parts.announce);
    this.scanner = new TreeScanner();
    this.dependencies = new Dependencies(this);
    this.groups = new Groups(this);
    this.pendingChanges = new PendingChanges(parts.store);
    this.ports = new Ports(this);
    this.listeners = new Listeners(this, parts.sockets);
    this.portWatch = new PortWatch(this);
    parts.pump.onExit = (pid, status) => void this.foreignExit(pid, status);
  }

  /** What people registered: neither Ghost's own nor what somebody runs in the foreground. */
  listed(): Supervised[] {
    return [...this.processes.values()].filter((process) => !isOwn(process) && !isGuest(process));
  }

  /** What people see: what is registered or runs in the foreground, each app once. */
  shown(): Supervised[] {
    const hidden = hiddenByGuests(this.processes.values());
    return [...this.processes.values()].filter((process) => !isOwn(process) && !hidden.has(process));
  }

  /** From now on nothing begins to run any more: the daemon goes, and whoever asks, or whichever file changes, comes too late. */
  halt(): void {
    this.halted = true;
  }

  /** From now on nothing changes and nothing is recorded either: what the daemon works with is being put away, and whatever happens is for the next one to find. */
  seal(): void {
    this.halted = true;
    this.sealed = true;
  }

  /** True once nothing begins any more. The intent stays: a stop takes it back, else the next daemon finds it and starts the process. */
  withholds(process: Supervised): boolean {
    if (this.halted) this.withheld.add(process);
    return this.halted;
  }

  /** Lets an event happen: the new state is recorded before any effect is run. */
  dispatch(process: Supervised, event: Event): void {
    if (this.sealed) return;
    if (process.send) return handOn(process, event);
    if (BEGINNINGS.has(event.type) && (this.halted || !this.isRegistered(process))) return;
    const before = process.machine;
    const { machine, effects, cause } = transition(before, event, {
      // Nobody would look after one that is no longer registered and starts itself again.
      policy: this.isRegistered(process) ? process.definition.restart : { ...process.definition.restart, policy: "never" },
      nowMs: Date.now(),
      random: Math.random(),
      token: randomBytes(TOKEN_BYTES).toString("hex"),
      waitingFor: process.definition.dependsOn.length === 0 ? [] : this.dependencies.waitingFor(process),
      checked: process.definition.healthCheck !== null,
    });
    const begins = machine.state.at === "starting" && before.state !== machine.state;
    if (begins) forgetLastWords(this, process);
    if (machine !== before) {
      process.machine = machine;
      this.parts.store.saveMachine(process.key, machine);
    }
    if (begins) this.dependencies.remember(process);
    if (before.state.at === "backoff" && machine.state.at !== "backoff") clearTimeout(process.backoffTimer);
    if (cause) this.record(process, statusOf(before), statusOf(machine), cause);
    const changed = before.state !== machine.state || statusOf(before) !== statusOf(machine);
    // Before the effects, so that whoever follows a run can note where its logs begin.
    if (changed) noteRunEnd(this, process, before);
    if (changed || before.desired !== machine.desired) this.runChanges.tell(process);
    if (changed) this.followPorts(process);
    for (const effect of effects) this.perform(process, effect);
    if (changed) this.dependencies.changed(process);
    for (const wake of [...process.waiters]) wake();
    if (process.machine.state.at === "stopping" && this.withheld.delete(process))
      this.dispatch(process, { type: "spawn-failed", message: STOPPED_BEFORE });
  }

  /** Dispatches many events; what they start begins after the last one, with all intents recorded in one transaction. */
  together<T>(work: () => T): T {
    return this.spawnQueue.holdDuring(work);
  }

  /** Tells what happened, without a change of state or with one that is already made. */
  record(process: Supervised, from: string | null, to: string | null, cause: Cause): void {
    if (this.sealed) return;
    if (!QUIET_KINDS.has(cause.kind)) process.why = cause.text;
    const { project, name } = process.definition;
    this.changes.tell(this.parts.store.addHistory({ timeMs: Date.now(), project, name, instance: process.instance, from, to, cause }));
  }

  /** The main process of a run ended, by the runtime's word (own child) or a pidfd's (adopted, followed). */
  async mainEnded(process: Supervised, pid: number, exit: Exit): Promise<void> {
    // The last bytes of a dying process are in the log before its exit is told.
    await Promise.all([this.parts.pump.drain(`${process.key}/out`), this.parts.pump.drain(`${process.key}/err`)]);
    if (this.sealed || pidOf(process.machine) !== pid) return;
    const event = judgeExit(process, pid, exit, this);
    const conflict = event.type === "exited" && !event.leftovers ? judgePortConflict(this, process, exit) : null;
    if (event.type !== "exited" || conflict === null) return this.dispatch(process, event);
    const { blockedBy, remark } = conflict;
    this.dispatch(process, blockedBy === null ? { ...event, remark } : { type: "exited", exit, leftovers: false, blockedBy });
  }

  /** What it listens on, and what it waits to listen on, goes with its state. */
  followPorts(process: Supervised): void {
    this.portWatch.update(process);
    this.listeners.update(process);
  }

  /** False once it was deleted: whoever still has it in hand (a reload that did not reach it yet) must not start what nobody would look after. */
  isRegistered(process: Supervised): boolean {
    return this.processes.get(process.key) === process;
  }

  /** Stops the daemon's part in a process's life without touching the process. */
  release(process: Supervised): void {
    clearTimeout(process.backoffTimer);
    const pid = pidOf(process.machine);
    if (pid !== null) this.parts.pump.unwatchExit(pid);
  }

  /** Goes on with a stop that a daemon before this one began. */
  resumeTermination(process: Supervised, force: boolean): void {
    this.perform(process, { do: "terminate", force });
  }

  private perform(process: Supervised, effect: Effect): void {
    switch (effect.do) {
      case "spawn":
        this.spawnQueue.add(() => startRun(this, process, effect.token));
        return;
      case "terminate":
        if (process.stopping) {
          if (effect.force) process.stopping.harder();
        } else stopTree(this, process, effect.force);
        return;
      case "set-timer":
        process.backoffTimer = setTimeout(() => this.dispatch(process, { type: "timer", generation: effect.generation }), effect.delayMs);
        return;
      default:
        effect satisfies never;
    }
  }

  private async foreignExit(pid: number, status: WaitStatus | null): Promise<void> {
    // A zombie keeps its status for a daemon that takes the place of this very process.
    if (this.sealed) return;
    const process = [...this.processes.values()].find((candidate) => pidOf(candidate.machine) === pid);
    // What came to us as subreaper is ours to reap, and tells its status only so.
    const known = reap(pid) ?? status ?? readZombieStatus(pid);
    if (!process) return;
    await this.mainEnded(process, pid, {
      code: known?.code ?? null,
      signal: known?.signal ?? null,
      known: known !== null,
      spawnError: null,
    });
  }
}

/** Why a run that was asked for never began. */
export const STOPPED_BEFORE = "stopped before it was started";

/** Events that make what is at rest run. */
const BEGINNINGS: ReadonlySet<Event["type"]> = new Set(["start", "restart", "timer", "available", "dependency-back"]);

/** Causes that are told but are not the answer to "why is it as it is". */
export const QUIET_KINDS = new Set([
  "spawned",
  "adopted",
  "followed",
  "hook-failed",
  "signalled",
  "scaled",
  "definition-applied",
  "reload-failed",
  "stop-command-failed",
  "limit-unenforced",
  "configuration-invalid",
]);
