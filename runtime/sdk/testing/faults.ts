import type { Clock, Random } from "../../../core/bus/session/transport.ts";
import { type Duration, durationMs } from "../../../core/config/duration.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";

/** What may go wrong, each with a probability from 0 (never, the default) to 1 (always). */
export interface Faults {
  /** A message is lost on its way to a subscriber, who is told of it as lost; a persistent one comes again, for its acknowledgement is lost. */
  readonly drop?: number;
  /** A message comes twice. */
  readonly duplicate?: number;
  /** A message comes after the one that follows it; messages of one batch of a group come in another order. */
  readonly reorder?: number;
  /** A message comes later, by up to `delayMax`. */
  readonly delay?: number;
  /** How much later at most; default `1s`. */
  readonly delayMax?: Duration;
  /** A call of `Ghost.data` fails with HUB_UNREACHABLE, and was not done. */
  readonly fail?: number;
}

/** How often each happened. */
export interface FaultCounts {
  drop: number;
  duplicate: number;
  reorder: number;
  delay: number;
  fail: number;
}

/** The kinds of faults. */
export type Fault = keyof FaultCounts;

const DELAY_MAX: Duration = "1s";

/** Decides what goes wrong. The same seed and the same calls give the same faults. */
export class FaultPlan {
  /** What happened so far. */
  readonly counts: FaultCounts = { drop: 0, duplicate: 0, reorder: 0, delay: 0, fail: 0 };
  readonly clock: Clock;
  private readonly random: Random;
  private faults: Faults = {};
  private delayMaxMs = 0;

  /** Throws USAGE for a probability that is none. */
  constructor(faults: Faults, clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
    this.use(faults);
  }

  /** From now on these. `{}`: nothing goes wrong any more. Throws USAGE. */
  use(faults: Faults): void {
    for (const kind of Object.keys(this.counts) as Fault[]) checkProbability(kind, faults[kind] ?? 0);
    this.delayMaxMs = durationMs(faults.delayMax ?? DELAY_MAX, "delayMax");
    this.faults = faults;
  }

  /** Whether it happens this time; it is counted. Chance is asked only of what may happen. */
  happens(kind: Fault): boolean {
    const probability = this.faults[kind] ?? 0;
    if (probability === 0 || this.random() >= probability) return false;
    this.counts[kind]++;
    return true;
  }

  /** A time up to `delayMax`, at least 1 ms. */
  delayMs(): number {
    return 1 + Math.floor(this.random() * this.delayMaxMs);
  }

  /** The same things in another order. */
  shuffle<T>(things: readonly T[]): T[] {
    const left = [...things];
    return things.map(() => left.splice(Math.floor(this.random() * left.length), 1)[0] as T);
  }
}

function checkProbability(kind: Fault, probability: number): void {
  if (typeof probability === "number" && probability >= 0 && probability <= 1) return;
  throw new GhostError("USAGE", `cannot use ${probability} as the probability of ${kind}: it is from 0 to 1`);
}
