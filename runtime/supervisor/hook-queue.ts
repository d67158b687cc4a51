import type { AlertEvent } from "../../core/alerts/alerts.ts";
import { maskValues } from "../../core/config/secrets.ts";
import type { HookCounts } from "../../core/metrics/values.ts";
import { type HookCommand, type HookOutcome, runHookCommand } from "../process/hook-command.ts";
import { hookContext, revealText } from "./run.ts";
import { labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** How long a hook may take (contracts, "on:"), in ms. */
const HOOK_LIMIT_MS = 10_000;
/** How many run at once. */
const RUNNING_MAX = 4;
/** How many may wait for their turn; more are dropped, counted and told. */
const WAITING_MAX = 100;
/** What still runs when the daemon ends has so long, in ms; then it is killed. */
const END_WAIT_MS = 2_000;

/** A command to run for something that happened. */
export interface HookJob {
  readonly process: Supervised;
  readonly event: AlertEvent;
  /** Whose hook it is: the daemon's file's, or the process's own. */
  readonly scope: "node" | "process";
  readonly command: string;
  /** The JSON for its stdin, made when it is certain that it is run. */
  readonly input: () => string;
}

/** Runs hook commands, a few at once, and tells what became of them. Supervision never waits for one. */
export class HookQueue {
  private readonly supervisor: Supervisor;
  private readonly log: (text: string) => void;
  private readonly abort = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private waiting: { readonly job: HookJob; readonly input: string }[] = [];
  private succeeded = 0;
  private failed = 0;
  private dropped = 0;

  constructor(supervisor: Supervisor, log: (text: string) => void) {
    this.supervisor = supervisor;
    this.log = log;
  }

  add(job: HookJob): void {
    if (this.waiting.length >= WAITING_MAX) {
      this.dropped += 1;
      return this.complain(job, `was not run: ${WAITING_MAX} others wait`, { dropped: true });
    }
    // What is so now is told, not what is so when its turn comes.
    this.waiting.push({ job, input: job.input() });
    this.next();
  }

  counts(): HookCounts {
    const { succeeded, failed, dropped } = this;
    return { succeeded, failed, dropped, waiting: this.waiting.length, running: this.running.size };
  }

  async stop(): Promise<void> {
    if (this.waiting.length > 0) this.log(`${this.waiting.length} hooks were not run, because the daemon ended`);
    this.waiting = [];
    if (this.running.size === 0) return;
    const limit = setTimeout(() => this.abort.abort(), END_WAIT_MS);
    await Promise.all(this.running);
    clearTimeout(limit);
  }

  private next(): void {
    if (this.running.size >= RUNNING_MAX) return;
    const first = this.waiting.shift();
    if (!first) return;
    const run = this.run(first.job, first.input).then(() => {
      this.running.delete(run);
      this.next();
    });
    this.running.add(run);
  }

  private async run(job: HookJob, input: string): Promise<void> {
    const { process } = job;
    let hook: HookCommand;
    try {
      hook = { ...this.surroundings(job), input, timeoutMs: HOOK_LIMIT_MS };
    } catch (error) {
      this.failed += 1;
      return this.complain(job, `cannot be run: ${(error as Error).message}`, {});
    }
    // By the end of this turn it is on disk what happened and that it is told: a daemon that dies now does not tell it again.
    await new Promise((resolve) => setImmediate(resolve));
    const outcome = await runHookCommand(hook, this.abort.signal);
    this.conclude(job, { ...outcome, output: maskValues(outcome.output, process.secretValues).trimEnd() });
  }

  /** A process's hook is run as the process itself would be; the node's with what the daemon has. */
  private surroundings({ process: target, scope, event, command }: HookJob): Omit<HookCommand, "input" | "timeoutMs"> {
    const { home } = this.supervisor.parts;
    if (scope === "process") {
      const { environment, ...context } = hookContext(this.supervisor, target);
      const revealed = revealText(this.supervisor, target, command);
      return { ...context, command: revealed, environment: { ...environment, GHOST_EVENT: event } };
    }
    const { project: GHOST_PROJECT, name: GHOST_NAME } = target.definition;
    const about = { GHOST_PROJECT, GHOST_NAME, GHOST_INSTANCE: String(target.instance), GHOST_EVENT: event };
    const environment = { ...process.env, GHOST_HOME: home.root, ...about } as Record<string, string>;
    return { command, workingDirectory: home.root, environment, credentials: null };
  }

  private conclude(job: HookJob, { problem, exitCode, output }: HookOutcome): void {
    if (problem !== null) {
      this.failed += 1;
      return this.complain(job, problem, { exitCode, ...(output !== "" && { output }) });
    }
    this.succeeded += 1;
    if (output !== "") this.log(`${describe(job)} said: ${output}`);
  }

  private complain(job: HookJob, problem: string, facts: Readonly<Record<string, unknown>>): void {
    const said = typeof facts.output === "string" ? `, and said: ${facts.output}` : "";
    this.log(`${describe(job)} ${problem}${said}`);
    const text = `the ${job.event} hook ${job.scope === "node" ? "of .ghost.yaml " : ""}${problem}`;
    this.supervisor.record(job.process, null, null, { kind: "hook-failed", text, facts: { event: job.event, scope: job.scope, ...facts } });
  }
}

function describe({ event, scope, process }: HookJob): string {
  return `the ${event} hook of ${scope === "node" ? ".ghost.yaml for " : ""}${process.definition.project}/${labelOf(process)}`;
}
