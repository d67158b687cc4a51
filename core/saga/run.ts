/** One saga that this program holds: runs the steps that the log says, and reports how each ended. */
import { GhostError } from "../errors/ghost-error.ts";
import type { Abort, CoordinatorOptions, Definition } from "./coordinator.ts";
import { failureOf } from "./records.ts";
import type { SagaTurn } from "./saga-log.ts";

/** A lease is renewed so often while it lasts. */
const RENEWALS = 3;
/** The pause before something is reported again, in ms, by why it cannot be now. */
const AGAIN_MS: Readonly<Record<string, number>> = { HUB_UNREACHABLE: 200, NO_SPACE: 1_000 };

export type RunOptions = Pick<CoordinatorOptions, "log" | "clock"> & {
  readonly leaseMs: number;
  /** Told of each report that has to wait, with why, and of each that was taken, with null. */
  readonly onWait: (error: unknown) => void;
};

/** One saga, for as long as this program holds it. */
export class SagaRun {
  private readonly options: RunOptions;
  private readonly definition: Definition;
  private readonly id: string;
  private readonly fence: number;
  private readonly lease: Abort;
  private readonly isOver: () => boolean;
  private leaseEnds: number;
  private cancelRenewal: () => void = () => undefined;
  private wake: () => void = () => undefined;

  /** Aborting the `lease` ends it, and what `isOver` says that reports are repeated while the log is away or its disk is full: what was done must not be forgotten. */
  constructor(options: RunOptions, definition: Definition, id: string, fence: number, lease: Abort, isOver: () => boolean) {
    this.options = options;
    this.definition = definition;
    this.id = id;
    this.fence = fence;
    this.lease = lease;
    this.isOver = isOver;
    this.leaseEnds = options.clock.now() + options.leaseMs;
    lease.signal.addEventListener("abort", () => {
      this.cancelRenewal();
      this.wake();
    });
  }

  /** Goes on until the saga rests; gives that turn. Rejects with LEASE_LOST when another may hold it, and with what the log says. */
  async toRest(first: SagaTurn): Promise<SagaTurn> {
    this.renewLater();
    try {
      let turn = first;
      while (turn.fence) {
        this.throwIfLost();
        turn = await this.perform(turn);
      }
      return turn;
    } finally {
      this.cancelRenewal();
    }
  }

  private async perform({ step, undo, waitMs, input, results = {} }: SagaTurn): Promise<SagaTurn> {
    if (waitMs) {
      await this.pause(waitMs);
      this.throwIfLost();
      return this.report();
    }
    const { id, definition } = this;
    const { signal } = this.lease;
    const key = `${definition.name}:${id}:${step}${undo ? ":undo" : ""}`;
    const own = definition.steps.find(({ name }) => name === step);
    try {
      const result = await (undo ? own?.compensate : own?.run)?.({ id, key, input: input as never, results, signal });
      return await this.report({ step, undo, is: "done", result });
    } catch (error) {
      // What fails because it was told to stop did not fail: whoever holds the saga runs it again.
      this.throwIfLost();
      return this.report({ step, undo, is: "failed", error: failureOf(error) });
    }
  }

  private async report(fact?: object): Promise<SagaTurn> {
    const text = fact && JSON.stringify(fact);
    for (;;) {
      try {
        const turn = await this.renewing(() => this.options.log.report(this.definition.name, this.id, this.fence, text));
        this.options.onWait(null);
        return turn;
      } catch (error) {
        const pauseMs = againMs(error);
        if (pauseMs === undefined || this.isOver()) throw error;
        this.options.onWait(error);
        await this.pause(pauseMs);
      }
    }
  }

  /** Does something that renews the lease. */
  private async renewing<T>(work: () => Promise<T>): Promise<T> {
    const { clock, leaseMs } = this.options;
    const since = clock.now();
    try {
      const done = await work();
      this.leaseEnds = since + leaseMs;
      return done;
    } catch (error) {
      if (codeOf(error) === "LEASE_LOST" || clock.now() >= this.leaseEnds) this.lease.abort();
      throw error;
    }
  }

  private renewLater(): void {
    const { log, clock, leaseMs } = this.options;
    this.cancelRenewal = clock.after(leaseMs / RENEWALS, () => {
      if (clock.now() >= this.leaseEnds) return this.lease.abort();
      this.renewLater();
      this.renewing(() => log.renew(this.definition.name, this.id, this.fence)).catch(() => undefined);
    });
  }

  private throwIfLost(): void {
    if (this.lease.signal.aborted) throw new GhostError("LEASE_LOST", `cannot go on with the saga ${this.id}: another may hold it by now`);
  }

  /** Shorter when the lease is over. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(ms, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** When a log that failed like this can be asked again, in ms: it is away, or its disk is full. Undefined: it will not be otherwise. */
export function againMs(error: unknown): number | undefined {
  return AGAIN_MS[String(codeOf(error))];
}

/** The code of what was thrown. */
export function codeOf(error: unknown): unknown {
  return (error as Partial<GhostError> | null)?.code;
}
