/** One saga that this program holds: does what `decide` says until it rests, and writes each fact down before the next. */
import type { Clock } from "../bus/session/transport.ts";
import type { AbortSignal } from "../errors/abort-signal.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { againAt, decide, type SagaAction } from "./decide.ts";
import type { DefinedStep, SagaDefinition, SagaStepContext } from "./definition.ts";
import { replay } from "./progress.ts";
import { failureOf, type SagaEvent, type SagaRecord } from "./records.ts";
import { resultOf, resultsOf, type SagaResult, type SagaResults, stateOf } from "./result.ts";
import type { HeldSaga, SagaLog } from "./saga-log.ts";

/** The pause before a record is written again while the log cannot be reached, in ms. */
const UNREACHABLE_MS = 200;
/** A lease is renewed so often while it lasts. */
const RENEWALS = 3;

/** What a run needs of the world. */
export interface SagaWorld {
  readonly log: SagaLog;
  readonly clock: Clock;
  /** Makes what AbortController makes. */
  readonly makeAbort: () => { readonly signal: AbortSignal; abort(reason: unknown): void };
  readonly leaseMs: number;
}

export class SagaRun {
  private readonly world: SagaWorld;
  private readonly definition: SagaDefinition;
  private readonly id: string;
  private readonly fence: number;
  private records: readonly SagaRecord[];
  private readonly lease: ReturnType<SagaWorld["makeAbort"]>;
  private leaseEnds = 0;
  private isStopped = false;
  private stopRenewing: () => void = () => undefined;

  constructor(world: SagaWorld, definition: SagaDefinition, id: string, { fence, records }: HeldSaga) {
    this.world = world;
    this.definition = definition;
    this.id = id;
    this.fence = fence;
    this.records = records.map(parse);
    this.lease = world.makeAbort();
    this.held(world.clock.now());
  }

  /** Goes on until the saga rests. Rejects when it is no longer held (LEASE_LOST): then it is not known how it goes on. */
  async toRest(): Promise<SagaResult<SagaResults>> {
    this.renewLater();
    try {
      for (;;) {
        const saga = replay(this.records);
        const action = decide(this.definition, saga);
        if (action.do === "rest") return resultOf(saga);
        if (action.do === "record") await this.write(action.event);
        else await this.attempt(action);
      }
    } finally {
      this.stopRenewing();
    }
  }

  /** Stops, as if the program had ended. */
  stop(): void {
    this.isStopped = true;
    this.lose();
  }

  private async attempt({ step, isUndo, dueAt }: Extract<SagaAction, { do: "try" }>): Promise<void> {
    await this.until(dueAt);
    const { name } = step;
    await this.write({ is: isUndo ? "undoing" : "begun", step: name });
    this.throwIfLost();
    try {
      const result = await (isUndo ? step.compensate : step.run)?.(this.context(step, isUndo));
      await this.write(isUndo ? { is: "undone", step: name } : { is: "done", step: name, result });
    } catch (error) {
      this.throwIfLost();
      await this.write({ is: isUndo ? "undo-failed" : "failed", step: name, error: failureOf(error), again: this.again(step, isUndo) });
    }
    // Somebody may hold it who was free to take it while the step was under way.
    this.throwIfLost();
  }

  private context({ name }: DefinedStep, isUndo: boolean): SagaStepContext {
    const { id, lease, records } = this;
    const saga = replay(records);
    const key = `${this.definition.name}:${id}:${name}${isUndo ? ":undo" : ""}`;
    return { id, input: saga.input, key, results: resultsOf(saga), signal: lease.signal };
  }

  private again({ name, undoPolicy, runPolicy }: DefinedStep, isUndo: boolean): number | undefined {
    const saga = replay(this.records);
    const failures = (saga.steps.get(name)?.failures ?? 0) + 1;
    return againAt(isUndo ? undoPolicy : runPolicy, failures, saga, this.world.clock.now());
  }

  /** Writes a record, however long the log is away: what was done must not be forgotten. Rejects with LEASE_LOST and LIMIT_EXCEEDED. */
  private async write(event: SagaEvent): Promise<void> {
    const { log, clock } = this.world;
    const { name } = this.definition;
    const record = JSON.stringify({ ...event, at: clock.now() });
    for (;;) {
      const since = clock.now();
      try {
        const number = this.records.length;
        const records = [...this.records, parse(record)];
        const state = stateOf(this.definition, replay(records));
        if (await log.append(name, this.id, { number, state, fence: this.fence, record })) {
          this.records = records;
          return this.held(since);
        }
        // An operator's record came between, or this one is there, and the reply to it was lost.
        const seen = (await log.read(name, this.id))?.records ?? [];
        this.records = seen.map(parse);
        if (seen.includes(record, number)) return;
      } catch (error) {
        if (!(error instanceof GhostError) || error.code !== "HUB_UNREACHABLE") throw this.noted(error);
        await new Promise<void>((resolve) => clock.after(UNREACHABLE_MS, resolve));
        if (this.isStopped) throw error;
      }
    }
  }

  private noted(error: unknown): unknown {
    if (error instanceof GhostError && error.code === "LEASE_LOST") this.lose();
    return error;
  }

  private held(since: number): void {
    this.leaseEnds = since + this.world.leaseMs;
  }

  private renewLater(): void {
    const { log, clock, leaseMs } = this.world;
    this.stopRenewing = clock.after(leaseMs / RENEWALS, () => {
      const since = clock.now();
      if (since >= this.leaseEnds) return this.lose();
      this.renewLater();
      log.renew(this.definition.name, this.id, this.fence).then(
        () => this.held(since),
        (error) => this.noted(error),
      );
    });
  }

  private lose(): void {
    this.stopRenewing();
    this.lease.abort(lost(this.id));
  }

  private throwIfLost(): void {
    if (this.lease.signal.aborted) throw lost(this.id);
  }

  private async until(dueAt: number): Promise<void> {
    const { clock } = this.world;
    const ms = dueAt - clock.now();
    if (ms > 0) {
      await new Promise<void>((resolve) => {
        const cancel = clock.after(ms, resolve);
        this.lease.signal.addEventListener("abort", () => {
          cancel();
          resolve();
        });
      });
    }
    this.throwIfLost();
  }
}

function parse(text: string): SagaRecord {
  return JSON.parse(text) as SagaRecord;
}

function lost(id: string): GhostError {
  return new GhostError("LEASE_LOST", `cannot go on with the saga ${id}: another may hold it by now`);
}
