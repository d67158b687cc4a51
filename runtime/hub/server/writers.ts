import { GATHER_LIMITS } from "./limits.ts";

/** Who took part in the last two turns: who answers soon after it was answered takes part in the next one, too. */
export class Writers<T> {
  private last: ReadonlySet<T> = new Set();
  private expected = 0;

  /** Whether too many of those are not in this turn yet. */
  areMissing(turn: ReadonlySet<T>): boolean {
    return this.expected >= GATHER_LIMITS.clientsMin && turn.size < this.expected * GATHER_LIMITS.share;
  }

  /** The turn ends with these. */
  remember(turn: ReadonlySet<T>): void {
    let expected = turn.size;
    for (const one of this.last) if (!turn.has(one)) expected++;
    this.expected = expected;
    this.last = new Set(turn);
  }
}
