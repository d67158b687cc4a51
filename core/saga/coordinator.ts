/** Durable sagas of one program: starts them, runs their steps as the log says, goes on with those that another left, and tells how they ended. */
import type { Clock } from "../bus/session/transport.ts";
import type { AbortSignal } from "../errors/abort-signal.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { planOf, type SagaStep } from "./definition.ts";
import { failureOf } from "./records.ts";
import { isAtRest, type SagaResult, type SagaResults } from "./result.ts";
import { againMs, codeOf, SagaRun } from "./run.ts";
import type { SagaLog, SagaTurn } from "./saga-log.ts";
import type { SagaTold } from "./saga-told.ts";

/** How long a saga is held without renewing, in ms: so long one of a program that died may wait for another. */
const LEASE_MS = 10_000;
/** Sagas that others left are gone on with so many at a time. */
const RESUMED_MAX = 16;

/** What a coordinator is made of. */
export interface CoordinatorOptions {
  readonly log: SagaLog;
  readonly clock: Clock;
  /** Makes what AbortController makes. */
  readonly makeAbort: () => Abort;
  /**
   * Who holds sagas, and which life of it, as `shop/0@17`, which no other program may be. A later life goes on with what an earlier one held as soon as that is
   * over. The name: an app's name and instance as its supervisor gave them, else something unique.
   */
  readonly holder: string;
  /** Default 10,000. */
  readonly leaseMs?: number;
  /** Told what becomes of sagas. Must not throw. Default: nobody is. */
  readonly tell?: (told: SagaTold) => void;
}

/** The part of AbortController that is needed. */
export interface Abort {
  readonly signal: AbortSignal;
  abort(): void;
}

/** A saga that was defined. */
export interface Saga<Input> {
  /**
   * Starts it and waits until it rests: done, taken back, or parked. The `id` makes it one: with an id that was started before nothing is started, and
   * the result is that saga's, its input the first one's; without an id `Ghost.saga` makes a new one. Never rejects for what goes wrong in it, or where it cannot be started.
   */
  start(input: Input, options?: { readonly id?: string }): Promise<SagaResult<SagaResults>>;
}

/** A definition: its code, and its plan as JSON. */
export interface Definition {
  readonly name: string;
  readonly steps: readonly SagaStep<never>[];
  readonly plan: string;
}

/** A saga that somebody here waits for, or goes on with. */
interface Known {
  readonly definition: Definition;
  readonly id: string;
  /** As JSON; of one that is to be started if it was not before. */
  input?: string;
  readonly waiting: ((result: SagaResult<SagaResults>) => void)[];
  /** Why it is looked at, where nobody here started it: another left it, an operator spoke, or it came to rest elsewhere. */
  readonly found?: "left" | "obeys" | "rests";
  /** Of who goes on with it. */
  lease?: Abort;
  /** Somebody asked for it meanwhile. */
  isAsked?: boolean;
  /** It is in the log for certain: how it ends is told only when it is known. */
  isBegun?: boolean;
}

/** What is told, without of which saga. */
type Fact<Told> = Told extends SagaTold ? Omit<Told, "name" | "id"> : never;

export class SagaCoordinator implements AsyncDisposable {
  private readonly options: CoordinatorOptions & { readonly leaseMs: number };
  private readonly definitions = new Map<string, Definition>();
  private readonly known = new Map<string, Known>();
  private cancelLook: () => void = () => undefined;
  private awaited = 0;
  private cancelHold: () => void = () => undefined;
  private stopListening: Promise<(() => Promise<void>) | undefined> | undefined;
  private isClosed = false;
  private isWaiting = false;

  constructor(options: CoordinatorOptions) {
    this.options = { leaseMs: LEASE_MS, ...options };
  }

  /** Defines a saga, and goes on with those of its name that nobody holds. Throws USAGE where it is none, or defined already. */
  define<Input = unknown>(name: string, steps: readonly SagaStep<Input>[]): Saga<Input> {
    if (this.definitions.has(name)) throw new GhostError("USAGE", `cannot define the saga ${name} twice`);
    const definition: Definition = { name, steps, plan: JSON.stringify(planOf(name, steps)) };
    this.definitions.set(name, definition);
    this.stopListening ??= this.listen();
    void this.lookForLeft();
    return { start: (input, options) => this.start(definition, input, options?.id) };
  }

  /** Stops as the end of the program would: sagas under way stay in the log. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    this.cancelLook();
    this.cancelHold();
    for (const { lease } of this.known.values()) lease?.abort();
    this.stopListening?.then((stop) => stop?.()).catch(() => undefined);
  }
  private async listen(): Promise<(() => Promise<void>) | undefined> {
    const stop = await this.options.log
      .listen((notice) =>
        notice ? this.look(notice.name, notice.id, isAtRest(notice.state) ? "rests" : "obeys") : void this.lookForLeft(),
      )
      .catch(() => undefined);
    // What happened meanwhile was not heard.
    void this.lookForLeft();
    return stop;
  }

  private start(definition: Definition, input: unknown, id: string | undefined): Promise<SagaResult<SagaResults>> {
    return new Promise((resolve) => {
      try {
        if (id === undefined) throw new GhostError("USAGE", `cannot start the saga ${definition.name}: it needs an id`);
        const text = JSON.stringify(input) ?? "null";
        const saga = this.knownOf(definition, id);
        saga.input ??= text;
        saga.waiting.push((ended) => {
          this.awaited--;
          this.hold();
          resolve(ended);
        });
        this.awaited++;
        this.hold();
        void this.goOn(saga);
      } catch (error) {
        resolve(failed(error));
      }
    });
  }

  private look(name: string, id: string, found: Known["found"]): void {
    const definition = this.definitions.get(name);
    if (definition) void this.goOn(this.knownOf(definition, id, found));
  }

  private knownOf(definition: Definition, id: string, found?: Known["found"]): Known {
    const key = JSON.stringify([definition.name, id]);
    const saga = this.known.get(key) ?? { definition, id, waiting: [], found };
    this.known.set(key, saga);
    return saga;
  }

  /** Goes on with a saga if nobody else does, and tells who waits for it how it ended. */
  private async goOn(saga: Known): Promise<void> {
    const { definition, id } = saga;
    const { log, makeAbort } = this.options;
    saga.isAsked = saga.lease !== undefined;
    if (saga.lease || this.isClosed) return;
    const lease = makeAbort();
    saga.lease = lease;
    let result: SagaResult<SagaResults> | undefined;
    let isLost = false;
    try {
      const first = await log.claim(definition.name, id, { ...this.options, plan: definition.plan }, saga.input);
      saga.isBegun = true;
      result = (await this.toRest(saga, first, lease)).result;
    } catch (error) {
      isLost = codeOf(error) === "LEASE_LOST";
      const isPassing = saga.isBegun && saga.waiting.length > 0 && againMs(error) !== undefined;
      if (isPassing) this.options.clock.after(againMs(error) ?? 0, () => void this.goOn(saga));
      else if (!isLost) result = failed(error);
      if (!isLost && saga.waiting.length === 0) this.tell(saga, { is: "failed", error: failureOf(error) });
    }
    saga.lease = undefined;
    // Perhaps nobody took it; or it came to rest when it had just been asked for.
    if (isLost || (!result && saga.isAsked)) return this.goOn(saga);
    for (const settle of result ? saga.waiting.splice(0) : []) settle(result as SagaResult<SagaResults>);
    if (saga.waiting.length > 0) return;
    this.known.delete(JSON.stringify([definition.name, id]));
    if (this.resumed === RESUMED_MAX - 1) void this.lookForLeft();
  }

  /** Runs what was claimed, if it was, and tells of it. */
  private async toRest(saga: Known, first: SagaTurn, lease: Abort): Promise<SagaTurn> {
    const { definition, id, found } = saga;
    const { fence } = first;
    // Its first claim has the number 1.
    const wasResumed = fence > 1;
    if (wasResumed) this.tell(saga, { is: "resumed", turn: first, isOperators: found === "obeys" });
    const options = { ...this.options, onWait: (error: unknown) => this.tellWait(saga, error) };
    const turn = fence ? await new SagaRun(options, definition, id, fence, lease, () => this.isClosed).toRest(first) : first;
    // One that is to go on may come to rest by being claimed.
    const wasFound = found !== undefined && found !== "rests";
    if (turn.result && (fence || wasFound)) this.tell(saga, { is: "rested", turn, wasResumed: wasResumed || wasFound });
    return turn;
  }

  /** Of all sagas that wait for room on the disk one is told, and that they go on. Of a hub that is away others tell. */
  private tellWait(saga: Known, error: unknown): void {
    const isWaiting = codeOf(error) === "NO_SPACE";
    if (isWaiting === this.isWaiting || (error && !isWaiting)) return;
    this.isWaiting = isWaiting;
    this.tell(saga, isWaiting ? { is: "waits", error: failureOf(error) } : { is: "writes" });
  }

  private tell({ definition, id }: Known, what: Fact<SagaTold>): void {
    this.options.tell?.({ name: definition.name, id, ...what } as SagaTold);
  }

  /** Looks for sagas that nobody holds, now and once in a lease's time. */
  private async lookForLeft(): Promise<void> {
    if (this.isClosed) return;
    const { log, clock, holder, leaseMs } = this.options;
    this.cancelLook();
    this.cancelLook = clock.after(leaseMs, () => void this.lookForLeft(), true);
    for (const saga of this.known.values()) void this.goOn(saga);
    for (const { name } of this.definitions.values()) {
      const ids = await log.free(name, holder, this.known.size + RESUMED_MAX).catch(() => []);
      for (const id of ids) if (this.resumed < RESUMED_MAX) this.look(name, id, "left");
    }
  }

  /** Keeps the program alive while somebody waits for a saga, also for one that another program holds. */
  private hold(): void {
    const { clock, leaseMs } = this.options;
    this.cancelHold();
    if (this.awaited > 0 && !this.isClosed) this.cancelHold = clock.after(leaseMs, () => this.hold());
  }

  /** How many are gone on with that nobody here waits for. */
  private get resumed(): number {
    return [...this.known.values()].filter(({ waiting }) => waiting.length === 0).length;
  }
}

function failed(error: unknown): SagaResult<never> {
  return { ok: false, error: failureOf(error), compensations: [] };
}
