import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Cause, Status } from "../../core/api/wire.ts";
import type { ProcessDefinition, RestartPolicy } from "../../core/config/definition.ts";
import type { Effect, Event } from "../../core/lifecycle/events.ts";
import {
  CRASH_LOOP_RESTARTS,
  CRASH_LOOP_WINDOW_MS,
  type Exit,
  type Identity,
  type Machine,
  registered,
  succeeded,
  UNSEEN_EXIT,
} from "../../core/lifecycle/state.ts";
import { transition } from "../../core/lifecycle/transition.ts";
import { statusOf } from "../../core/lifecycle/view.ts";
import { findExecutable } from "../process/executable.ts";
import { bearersOf, passSignal, spawnOnTerminal } from "../process/on-terminal.ts";
import { runStopCommand } from "../process/stop-command.ts";
import { selfCommand } from "../system/self.ts";
import { endTree } from "./end-tree.ts";
import type { Surroundings, SurroundingsFor } from "./environment.ts";

/** Bytes of a run's token; hexadecimal in the environment. */
const TOKEN_BYTES = 12;
/** An end so soon after ^C is the answer to it: what is restarted otherwise is then not, in ms. */
const ANSWER_MS = 10_000;
/** Who types ^C again within this time means it, in ms; later it is another one, as a program may take ^C for what it likes. */
const INSIST_MS = 2_000;
/** A signal to the whole process group may end the program before this process hears of it: no restart is decided earlier after an end, in ms. */
const GROUP_SIGNAL_MS = 20;
/** How long the runtime may take to tell the end of its own child, in ms. */
const TOLD_MS = 1_000;

/** What a run in the foreground works with. */
export interface ForegroundParts {
  /** Unique in the home, e.g. for watchers. */
  readonly key: string;
  readonly definition: ProcessDefinition;
  readonly home: { readonly root: string };
  /** Asked for once, at the first start. */
  readonly surroundingsFor: () => SurroundingsFor;
  /** Whether somebody asks its health check: then a run is ready when that says so. */
  readonly checked: boolean;
  /** True: the end of the program is not the end of the run, for a change of its files starts it again. */
  readonly outlives: boolean;
  /** True: nobody is there who could press ^C again, so an app that ignores a SIGINT is asked to end when the time of its `stop` has passed. */
  readonly unattended: boolean;
  /** Told of every change, after it. */
  readonly onChange: (change: ForegroundChange) => void;
}

/** What happened: `why` tells the same of what the daemon runs. */
export interface ForegroundChange {
  readonly from: Status | null;
  readonly to: Status | null;
  readonly cause: Cause | null;
  /** Nothing comes after it: the run is over. */
  readonly last: boolean;
}

/**
 * One program on this terminal, from its first start to its last end: the state machine of everything that Ghost supervises, whose effects are
 * carried out here instead of in the daemon.
 */
export class ForegroundRun {
  readonly key: string;
  readonly parts: ForegroundParts;
  machine: Machine = registered;
  definition: ProcessDefinition;
  /** Resolves once nothing runs and nothing will again. Rejects with what kept the first start from happening. */
  readonly ended: Promise<Exit>;
  private settle!: (exit: Exit) => void;
  private fail!: (error: unknown) => void;
  private backoff: ReturnType<typeof setTimeout> | undefined;
  private interruptedMs = Number.NEGATIVE_INFINITY;
  /** ^C asked it to end, and not only interrupted it. */
  private insisted = false;
  /** Somebody wants it to end: it is not started again, whatever its policy or its files say. */
  private unwanted = false;
  /** What ended the wait of a run of which nothing ran any more. */
  private endedBy: NodeJS.Signals | null = null;
  /** Runs out when an app that nobody attends has not ended at a SIGINT. */
  private patience: ReturnType<typeof setTimeout> | undefined;
  private harder: (() => void) | null = null;
  private hasRun = false;
  private surroundingsFor: SurroundingsFor | null = null;
  private asGiven: ProcessDefinition | null = null;
  /** Of the last run. */
  private surroundings: Surroundings | null = null;
  /** What came for a program that runs already and whose identity is still being read. */
  private readonly early: NodeJS.Signals[] = [];
  private spawnError: unknown = null;

  constructor(parts: ForegroundParts) {
    this.parts = parts;
    this.key = parts.key;
    this.definition = parts.definition;
    this.ended = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
    // Whoever awaits it hears of it; before that it is no failure of the program.
    this.ended.catch(() => undefined);
  }

  /** Begins. Once. */
  start(by: string): void {
    this.dispatch(this, { type: "start", cause: { kind: "start", text: `started in the foreground by ${by}` } });
  }

  /**
   * A key that went to the program, too, or is passed on to it: what it does then is its own affair, but an end is no reason to restart. ^C at once again asks the program
   * to end, as `stop` does, and once more makes it.
   */
  interrupted(signal: NodeJS.Signals, passOn: boolean): void {
    const nowMs = performance.now();
    const insists = signal === "SIGINT" && (nowMs - this.interruptedMs < INSIST_MS || this.insisted);
    this.interruptedMs = nowMs;
    const identity = this.identity();
    if (this.machine.state.at === "starting") {
      if (passOn) this.early.push(signal);
    } else if (identity === null) this.stop(signal);
    else if (insists) this.insist(signal, "^C");
    else if (passOn) passSignal(identity, signal);
    if (passOn && signal === "SIGINT" && this.parts.unattended) this.patience ??= this.waitPatiently(signal);
  }

  private waitPatiently(signal: NodeJS.Signals): ReturnType<typeof setTimeout> {
    const ask = (): void => {
      if (!this.unwanted && this.identity() !== null) this.insist(signal, signal);
    };
    return setTimeout(ask, this.definition.stop.timeoutMs).unref();
  }

  /** Any other signal goes to the program as it came. */
  pass(signal: NodeJS.Signals): void {
    const identity = this.identity();
    if (identity !== null) passSignal(identity, signal);
    else if (this.machine.state.at === "starting") this.early.push(signal);
  }

  /** Asks the program to end, because of `signal`; a second time, makes it. */
  stop(signal: NodeJS.Signals): void {
    const { at } = this.machine.state;
    if (this.identity() === null && at !== "starting") this.endedBy = signal;
    const force = this.unwanted && at === "stopping";
    this.unwanted = true;
    this.dispatch(this, { type: "stop", cause: { kind: "stop", text: `stopped by ${signal}` }, force });
  }

  /** Asks it to end, unless that was done. */
  endGently(signal: NodeJS.Signals): void {
    if (!this.unwanted || this.machine.state.at !== "stopping") this.stop(signal);
  }

  private insist(signal: NodeJS.Signals, what: string): void {
    const { stop } = this.definition;
    const isAsked = this.machine.state.at === "stopping";
    const text = isAsked
      ? "does not end, and is killed"
      : `does not end at ${what}: ${stop.command ? "stop.command" : stop.signal} asks it to; ${what} once more kills it`;
    const status = statusOf(this.machine);
    this.insisted = true;
    this.parts.onChange({ from: status, to: status, last: false, cause: { kind: "insisted", text } });
    this.stop(signal);
    if (isAsked) this.harder?.();
  }

  /** What others are told that it is: as its file says, with the numbers that its ports have here. Another object once that is another. */
  seen(): ProcessDefinition {
    return this.asGiven ?? this.definition;
  }

  /** Has the next start go by another definition of the same app; `surroundingsFor` is asked for anew. */
  take(definition: ProcessDefinition): void {
    this.definition = definition;
    this.surroundingsFor = null;
  }

  isRegistered(): boolean {
    return true;
  }

  record(_process: this, from: string | null, to: string | null, cause: Cause): void {
    this.parts.onChange({ from: from as Status | null, to: to as Status | null, cause, last: false });
  }

  /** The same of what somebody elsewhere asks for. Who stops it means the run, also one that outlives its program. */
  asked(event: Event): void {
    if (event.type === "stop") this.unwanted = true;
    this.dispatch(this, event);
  }

  /** Lets an event happen; its effects begin when everybody knows of it. */
  dispatch(_process: this, event: Event): void {
    const before = this.machine;
    const { machine, effects, cause } = transition(before, event, {
      policy: this.policy(),
      nowMs: Date.now(),
      random: Math.random(),
      token: randomBytes(TOKEN_BYTES).toString("hex"),
      waitingFor: [],
      checked: this.parts.checked,
    });
    this.machine = machine;
    if (before.state.at === "backoff" && machine.state.at !== "backoff") clearTimeout(this.backoff);
    if (machine !== before || cause) this.parts.onChange({ from: statusOf(before), to: statusOf(machine), cause, last: this.isOver() });
    for (const effect of effects) this.perform(effect);
    this.look();
  }

  /**
   * Somebody looks on here: what falls again and again is given up where the daemon would go on, slowly, and call it crash-looping; and what is restarted by a change of its
   * files has nothing to gain by another try before that.
   */
  private policy(): RestartPolicy {
    const { restart } = this.definition;
    if (this.unwanted || this.parts.outlives) return { ...restart, policy: "never" };
    return restart.maxRestarts === null ? { ...restart, maxRestarts: CRASH_LOOP_RESTARTS, windowMs: CRASH_LOOP_WINDOW_MS } : restart;
  }

  private perform(effect: Effect): void {
    switch (effect.do) {
      case "spawn":
        void this.spawn(effect.token);
        return;
      case "terminate":
        if (this.harder) this.harder();
        else void this.terminate(effect.force);
        return;
      case "set-timer":
        this.backoff = setTimeout(() => this.dispatch(this, { type: "timer", generation: effect.generation }), effect.delayMs);
        return;
      default:
        effect satisfies never;
    }
  }

  private async spawn(token: string): Promise<void> {
    try {
      const identity = await spawnOnTerminal(
        this.request(token),
        token,
        ({ code, signal }) => void this.programEnded({ code, signal, known: true, spawnError: null }),
      );
      this.hasRun = true;
      this.dispatch(this, { type: "spawned", identity });
      for (const signal of this.early.splice(0)) passSignal(identity, signal);
    } catch (error) {
      if (!this.hasRun) {
        this.unwanted = true;
        this.spawnError = error;
      }
      this.dispatch(this, { type: "spawn-failed", message: (error as Error).message });
    }
  }

  private request(token: string) {
    const { executable, workingDirectory, source, stop, umask, nice, limits } = this.definition;
    const isFirst = this.surroundingsFor === null;
    this.surroundingsFor ??= this.parts.surroundingsFor();
    const surroundings = this.surroundingsFor(token);
    const { environment, stopCommand, ports, ...rest } = surroundings;
    this.surroundings = surroundings;
    if (isFirst) this.asGiven = { ...this.definition, ports };
    const fileDirectory = source ? source.file.slice(0, source.file.lastIndexOf("/")) : null;
    const file = findExecutable(executable, { path: environment.PATH ?? "", workingDirectory, fileDirectory });
    const end = [...selfCommand(), "end-run", stop.signal, String(stop.timeoutMs)];
    return { ...rest, file, name: executable, workingDirectory, environment, umask, nice, openFiles: limits.openFiles, end };
  }

  private async programEnded(exit: Exit): Promise<void> {
    const isAnswer = (): boolean => performance.now() - this.interruptedMs < ANSWER_MS;
    const isSettled = (): boolean => this.unwanted || isAnswer() || this.policy().policy === "never";
    for (let waited = 0; waited < GROUP_SIGNAL_MS && !isSettled(); waited += 1) await delay(1);
    if (isAnswer()) this.unwanted = true;
    const token = this.identity()?.token;
    // As in the background: one that ended well may leave somebody behind on purpose.
    const leftovers = token !== undefined && !succeeded(exit, this.definition.restart) && bearersOf(token).length > 0;
    this.dispatch(this, { type: "exited", exit, leftovers });
  }

  /** The signal to the program, time to react, SIGKILL; then the same for what it leaves behind. */
  private async terminate(force: boolean): Promise<void> {
    const identity = this.identity();
    if (identity === null) return;
    let isForced = force;
    this.harder = () => {
      isForced = true;
    };
    const killed = await endTree(identity, this.definition.stop, { isForced: () => isForced, ask: () => this.ask(identity) });
    // The runtime tells the end of its own child a moment after the system does.
    for (let look = 0; look < TOLD_MS && !this.isEndTold(); look += 1) await delay(1);
    this.harder = null;
    this.dispatch(this, { type: "tree-empty", killed });
  }

  /** `stop.command`; one that fails has asked for nothing, and then the signal does. False where there is none. */
  private ask(identity: Identity): boolean {
    const { workingDirectory, stop } = this.definition;
    const { stopCommand, environment, credentials } = this.surroundings ?? {};
    if (!stopCommand || !environment) return false;
    const context = { pid: identity.pid, workingDirectory, environment, credentials: credentials ?? null, timeoutMs: stop.timeoutMs };
    runStopCommand(stopCommand, context, (problem) => {
      const status = statusOf(this.machine);
      const text = `stop.command ${problem}; ${stop.signal} is sent instead`;
      this.parts.onChange({ from: status, to: status, last: false, cause: { kind: "stop-command-failed", text } });
      passSignal(identity, stop.signal as NodeJS.Signals);
    });
    return true;
  }

  private isEndTold(): boolean {
    const { state } = this.machine;
    return state.at !== "stopping" || state.ended === true;
  }

  private identity(): Identity | null {
    const { state } = this.machine;
    return state.at === "running" || state.at === "stopping" ? state.identity : null;
  }

  private isOver(): boolean {
    const { at } = this.machine.state;
    return (at === "stopped" || at === "exited" || at === "failed") && (this.unwanted || !this.parts.outlives);
  }

  /** Whether all is over. */
  private look(): void {
    if (!this.isOver()) return;
    const { lastExit } = this.machine;
    if (this.spawnError !== null) return this.fail(this.spawnError);
    this.settle(this.endedBy === null && lastExit !== null ? lastExit : { ...UNSEEN_EXIT, known: true, signal: this.endedBy ?? "SIGINT" });
  }
}
