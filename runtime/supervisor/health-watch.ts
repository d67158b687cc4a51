import { dirname } from "node:path";
import type { HealthCheck, Probe } from "../../core/config/definition.ts";
import { maskReferences, maskValues } from "../../core/config/secrets.ts";
import { beginHealth, type Verdict } from "../../core/health/thresholds.ts";
import { type AnswerWords, describeAnswer, describeVerdict } from "../../core/health/words.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import { Heartbeat } from "../health/heartbeat.ts";
import { endOfLog, LogTail } from "../health/log-tail.ts";
import { HealthLoop, type TimedAnswer } from "../health/loop.ts";
import { makeProber } from "../health/make-prober.ts";
import type { Answer, Prober } from "../health/prober.ts";
import { findExecutable } from "../process/executable.ts";
import { endStrayProbes, type ProbeCommand } from "../process/probe-command.ts";
import { logTargets, revealText, stopCommandContext } from "./run.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** The first bytes of a run may be in the log so long before its start is recorded, in ms. */
const EARLY_OUTPUT_MS = 20;

/** The hub, as far as health has to do with it. */
export interface HubEars {
  /** What asks a run of the hub whether it is well. */
  proberFor(process: Supervised): Prober;
  /** Since when beats come through it, by `performance.now()`; null: they do not. */
  readonly listensSinceMs: number | null;
}

interface Watch {
  readonly token: string;
  /** The check as JSON: another one begins anew. */
  readonly check: string;
  readonly prober: Prober;
  readonly loop: HealthLoop;
}

/** Where the logs stood when a run began. */
interface RunStart {
  readonly token: string;
  readonly tails: readonly LogTail[];
}

/** Asks running processes whether they are well, and tells the supervisor when that changes. A watch lives as long as a run. */
export class HealthWatch {
  private readonly supervisor: Supervisor;
  private readonly watches = new Map<string, Watch>();
  private readonly starts = new Map<string, RunStart>();
  private readonly hub: HubEars | undefined;
  private stopped = false;

  constructor(supervisor: Supervisor, hub?: HubEars) {
    this.supervisor = supervisor;
    this.hub = hub;
  }

  /** Ends what probes of a daemon that died left running. Called once, when the processes are taken over. */
  endStrays(): void {
    const probes = [...this.supervisor.processes.values()].map(({ definition }) => definition.healthCheck?.probe.kind);
    if (probes.includes("exec")) endStrayProbes(this.supervisor.parts.home.root);
  }

  /** Brings the watch of a process in line with its definition and its run: begins, changes or ends it. */
  update(process: Supervised): void {
    const { state } = process.machine;
    if (state.at === "starting") this.prepare(process, state.token);
    const isRunning = state.at === "running" && this.supervisor.processes.get(process.key) === process && !this.stopped;
    if (!isRunning) return this.end(process);
    const check = process.definition.healthCheck;
    if (check === null) return this.forgetCheck(process);
    const existing = this.watches.get(process.key);
    if (existing?.token === state.identity.token && existing.check === JSON.stringify(check)) return;
    const isNew = existing?.token === state.identity.token || isUnchecked(process.machine);
    this.end(process);
    this.begin(process, check, state.identity.token, isNew);
  }

  /** The process says how it is (default: well); false when no heartbeat of it is awaited now. */
  beat(process: Supervised, answer?: Answer): boolean {
    const prober = this.watches.get(process.key)?.prober;
    if (!(prober instanceof Heartbeat)) return false;
    prober.beat(answer);
    return true;
  }

  /** Ends all watches, and whatever escaped from their probes since the last sample: nobody will look any more. */
  stop(): void {
    this.stopped = true;
    for (const { loop } of this.watches.values()) loop.stop();
    this.watches.clear();
    endStrayProbes(this.supervisor.parts.home.root);
  }

  /** A run is about to begin: what is in the logs now is not its. */
  private prepare(process: Supervised, token: string): void {
    process.probe = null;
    if (process.definition.healthCheck?.probe.kind !== "log") return;
    const tails = logTargets(this.supervisor, process, null).map(({ file }) => new LogTail(file, endOfLog(file)));
    this.starts.set(process.key, { token, tails });
  }

  private end({ key, machine }: Supervised): void {
    this.watches.get(key)?.loop.stop();
    this.watches.delete(key);
    if (machine.state.at !== "starting" && machine.state.at !== "running") this.starts.delete(key);
  }

  /** A process without a check runs on as one that is well. */
  private forgetCheck(process: Supervised): void {
    this.end(process);
    process.probe = null;
    const { health } = process.machine;
    if (health !== "unknown" && health !== "unhealthy") return;
    const cause = { kind: "health", text: "it has no health check any more" };
    this.supervisor.dispatch(process, { type: "health", to: "healthy", restart: false, cause });
  }

  /** `isNew`: the check came to a process that ran already; its grace begins now. */
  private begin(process: Supervised, check: HealthCheck, token: string, isNew: boolean): void {
    const prober = this.proberFor(process, check.probe, token);
    const nowMs = Date.now();
    const runStartedMs = isNew ? nowMs : (process.machine.startedMs ?? nowMs);
    const known = process.machine.health ?? "unknown";
    const health = known === "none" ? "unknown" : known;
    // A daemon that comes late asks once before it judges.
    const graceEndsMs = Math.max(runStartedMs + check.startGraceMs, process.adopted ? nowMs + check.timeoutMs : 0);
    const loop = new HealthLoop({
      check,
      prober,
      begin: beginHealth(health, graceEndsMs),
      runStartedMs,
      onAnswer: (answer) => this.tellAnswer(process, prober, answer),
      onVerdict: (verdict, answer) => this.tellVerdict(process, check, prober, verdict, answer),
    });
    this.watches.set(process.key, { token, check: JSON.stringify(check), prober, loop });
    // What was seen in the output once stands for the run.
    if (!(prober.once && health === "healthy" && !isNew)) loop.start();
  }

  private proberFor(process: Supervised, probe: Probe, token: string): Prober {
    const { hub } = this;
    return makeProber(probe, {
      reveal: (text) => this.reveal(process, text),
      command: (exec) => this.commandFor(process, exec),
      tails: () => this.tailsOf(process, token),
      ...(hub && { hub: () => hub.proberFor(process) }),
      // Apps beat through the hub.
      ...(hub && process.definition.app && { listensSinceMs: () => hub.listensSinceMs }),
    });
  }

  private reveal(process: Supervised, text: string): string {
    return revealText(this.supervisor, process, text);
  }

  private commandFor(process: Supervised, { executable, args, shell }: Extract<Probe, { kind: "exec" }>): ProbeCommand {
    const { state } = process.machine;
    const pid = state.at === "running" ? state.identity.pid : 0;
    const { workingDirectory, environment, credentials } = stopCommandContext(this.supervisor, process, pid);
    const reveal = (text: string): string => this.reveal(process, text);
    const context = { workingDirectory, credentials, environment: { ...environment, GHOST_PID: String(pid) } };
    if (shell) return { ...context, file: "/bin/sh", name: "sh", args: ["-c", reveal(executable)] };
    const { source } = process.definition;
    const places = { path: environment.PATH ?? "", workingDirectory, fileDirectory: source ? dirname(source.file) : null };
    return { ...context, file: findExecutable(reveal(executable), places), name: maskReferences(executable), args: args.map(reveal) };
  }

  /** Of a run whose beginning was not seen (it was adopted, or the check came later) what arrived since its recorded start. */
  private tailsOf(process: Supervised, token: string): readonly LogTail[] {
    const start = this.starts.get(process.key);
    this.starts.delete(process.key);
    if (start?.token === token) return start.tails;
    const sinceMs = (process.machine.startedMs ?? Date.now()) - EARLY_OUTPUT_MS;
    return logTargets(this.supervisor, process, null).map(({ file }) => new LogTail(file, { sinceMs }));
  }

  private tellAnswer(process: Supervised, prober: Prober, answer: TimedAnswer): void {
    const detail = describeAnswer({ ...wordsOf(process, prober, answer), timed: false }, answer.ok);
    process.probe = { ok: answer.ok, detail, latencyMs: answer.latencyMs, time: new Date().toISOString() };
  }

  private tellVerdict(process: Supervised, check: HealthCheck, prober: Prober, verdict: Verdict, answer: TimedAnswer | null): void {
    const text = describeVerdict(verdict, answer && wordsOf(process, prober, answer), check);
    const facts = { probe: check.probe.kind, latencyMs: answer?.latencyMs ?? null, detail: process.probe?.detail ?? null };
    const restart = check.restart && verdict.to === "unhealthy";
    this.supervisor.dispatch(process, { type: "health", to: verdict.to, restart, cause: { kind: "health", text, facts } });
  }
}

/** A run that began without a check, or of which nothing is known. */
function isUnchecked({ health }: Machine): boolean {
  return health === undefined || health === "none";
}

function wordsOf({ secretValues }: Supervised, { timed }: Prober, { detail, wrote, latencyMs }: TimedAnswer): AnswerWords {
  const masked = wrote === undefined ? undefined : maskValues(wrote, secretValues);
  return { detail: maskValues(detail, secretValues), latencyMs, timed, ...(masked !== undefined && { wrote: masked }) };
}
