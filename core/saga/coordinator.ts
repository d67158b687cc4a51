/** Durable sagas of one program: starts them, goes on with those that another left, and tells how they ended. */

import { GhostError } from "../errors/ghost-error.ts";
import { defineSaga, type SagaDefinition, type SagaStep } from "./definition.ts";
import { replay } from "./progress.ts";
import { failureOf, type SagaRecord } from "./records.ts";
import { resultOf, type SagaResult, type SagaResults } from "./result.ts";
import type { HeldSaga } from "./saga-log.ts";
import { SagaRun, type SagaWorld } from "./saga-run.ts";

/** How long a saga is held without renewing, in ms: so long one of a program that died may wait for another. */
export const LEASE_MS = 10_000;
/** Sagas that others left are gone on with so many at a time. */
const RESUMED_MAX = 16;

/** What a coordinator is made of. */
export interface CoordinatorOptions extends Omit<SagaWorld, "leaseMs"> {
  /**
   * Who holds sagas. The next program of the same name goes on at once with what this one left, so no two of them may live at the same time: an app's
   * name and instance as its supervisor gave them, else something unique.
   */
  readonly holder: string;
  /** Default 10,000. */
  readonly leaseMs?: number;
  /** Calls back later, as the clock does, without keeping the program alive. Default: the clock's. */
  readonly idle?: SagaWorld["clock"]["after"];
}

/** A saga that was defined. */
export interface Saga<Input> {
  /**
   * Starts it and waits until it rests: done, taken back, or parked. The `id` makes it one: with an id that was started before nothing is started, and
   * the result is that saga's, its input the first one's. Never rejects for what goes wrong in it, or where it cannot be started.
   */
  start(input: Input, options: { readonly id: string }): Promise<SagaResult<SagaResults>>;
}

type Settle = (result: SagaResult<SagaResults>) => void;

export class SagaCoordinator implements AsyncDisposable {
  private readonly options: CoordinatorOptions;
  private readonly world: SagaWorld;
  private readonly definitions = new Map<string, SagaDefinition>();
  private readonly runs = new Map<string, SagaRun>();
  private readonly waiting = new Map<string, Settle[]>();
  private stopLooking: (() => void) | null = null;
  private stopListening: Promise<(() => Promise<void>) | null> | null = null;
  private isClosed = false;

  constructor(options: CoordinatorOptions) {
    this.options = options;
    this.world = { ...options, leaseMs: options.leaseMs ?? LEASE_MS };
  }

  /** Defines a saga, and goes on with those of its name that nobody holds. Throws USAGE where it is none, or defined already. */
  define<Input = unknown>(name: string, steps: readonly SagaStep<Input>[]): Saga<Input> {
    const definition = defineSaga(name, steps);
    if (this.definitions.has(name)) throw new GhostError("USAGE", `cannot define the saga ${name} twice`);
    this.definitions.set(name, definition);
    this.stopListening ??= this.world.log.listen(({ name: which, id }) => void this.look(which, id)).catch(() => null);
    void this.lookForLeft();
    return { start: (input, { id }) => this.start(definition, input, id) };
  }

  /** Stops as the end of the program would: sagas under way stay in the log. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    this.stopLooking?.();
    for (const run of this.runs.values()) run.stop();
    await (await this.stopListening)?.();
  }

  private async start(definition: SagaDefinition, input: unknown, id: string): Promise<SagaResult<SagaResults>> {
    const { log, clock } = this.world;
    const { name } = definition;
    try {
      const first = { is: "started", at: clock.now(), input, steps: definition.steps.map((step) => step.name) } satisfies SagaRecord;
      const record = JSON.stringify(first);
      const isNew = await log.start(name, id, record, this.claim);
      const result = new Promise<SagaResult<SagaResults>>((resolve) => {
        const key = keyOf(name, id);
        this.waiting.set(key, [...(this.waiting.get(key) ?? []), resolve]);
      });
      if (isNew) this.run(definition, id, { fence: 1, records: [record] });
      else await this.look(name, id);
      return await result;
    } catch (error) {
      return { ok: false, error: failureOf(error), compensations: [] };
    }
  }

  private get claim(): { holder: string; leaseMs: number } {
    return { holder: this.options.holder, leaseMs: this.world.leaseMs };
  }

  private run(definition: SagaDefinition, id: string, held: HeldSaga): void {
    const key = keyOf(definition.name, id);
    if (this.isClosed || this.runs.has(key)) return;
    const run = new SagaRun(this.world, definition, id, held);
    this.runs.set(key, run);
    run.toRest().then(
      (result) => {
        this.runs.delete(key);
        this.settle(key, result);
        // There may be more than were gone on with at once.
        if (this.runs.size === RESUMED_MAX - 1) void this.lookForLeft();
      },
      (error) => {
        this.runs.delete(key);
        // Nobody else may have taken it.
        if (failureOf(error).code === "LEASE_LOST") void this.look(definition.name, id);
      },
    );
  }

  private settle(key: string, result: SagaResult<SagaResults>): void {
    for (const settle of this.waiting.get(key) ?? []) settle(result);
    this.waiting.delete(key);
  }

  /** Goes on with a saga if nobody else does, or tells who waits for it how it ended. */
  private async look(name: string, id: string): Promise<void> {
    const { log } = this.world;
    const definition = this.definitions.get(name);
    const key = keyOf(name, id);
    if (!definition || this.runs.has(key) || this.isClosed) return;
    try {
      const held = await log.claim(name, id, this.claim);
      if (held) return this.run(definition, id, held);
      if (!this.waiting.has(key)) return;
      const seen = await log.read(name, id);
      if (seen && /^(parked|done|comp.*ed)$/.test(seen.state))
        this.settle(key, resultOf(replay(seen.records.map((text) => JSON.parse(text)))));
    } catch {
      // The log cannot be reached: it is looked at again later.
    }
  }

  /** Looks for sagas that nobody holds, now and once a lease's time. */
  private async lookForLeft(): Promise<void> {
    const { log, clock, leaseMs } = this.world;
    this.stopLooking?.();
    this.stopLooking = (this.options.idle ?? clock.after)(leaseMs, () => void this.lookForLeft());
    try {
      for (const name of this.definitions.keys())
        for (const id of await log.free(name, this.options.holder, this.runs.size + RESUMED_MAX))
          if (this.runs.size < RESUMED_MAX) await this.look(name, id);
    } catch {
      // Later.
    }
    for (const key of this.waiting.keys()) await this.look(...(JSON.parse(key) as [string, string]));
  }
}

function keyOf(name: string, id: string): string {
  return JSON.stringify([name, id]);
}
