import { ROUND_LIMITS } from "./limits.ts";

/**
 * Whether a round waits a moment for more clients. Many that are read together cost each of them less: they are woken together, and send together. What is worth waiting for is a
 * share of those who took part lately, and only as long as they come: clients that send when they like, and not when they are answered, are not waited for.
 */
export class Patience {
  /** In which window each client, by its descriptor, was read from last. */
  private readonly seen: number[] = [];
  private window = 1;
  private windowEndsAt = 0;
  private inThisWindow = 0;
  private inLastWindow = 0;
  private misses = 0;
  private roundsToSkip = 0;

  /** A client is read from. */
  note(descriptor: number): void {
    if (this.seen[descriptor] === this.window) return;
    this.seen[descriptor] = this.window;
    this.inThisWindow++;
  }

  /** How many clients to wait for until `now + ROUND_LIMITS.waitMs`, where there are `count`; not more than that: not at all. */
  wanted(count: number, now: number): number {
    if (now >= this.windowEndsAt) this.turnWindow(now);
    const wanted = Math.min(Math.floor(this.inLastWindow * ROUND_LIMITS.share), ROUND_LIMITS.clientsMax);
    if (count >= wanted) return 0;
    if (this.roundsToSkip > 0) {
      this.roundsToSkip--;
      return 0;
    }
    return wanted;
  }

  /** What came of waiting: whether it was worth it. */
  learn(wasWorthIt: boolean): void {
    this.misses = wasWorthIt ? 0 : Math.min(this.misses + 1, ROUND_LIMITS.missesMax);
    this.roundsToSkip = wasWorthIt ? 0 : 2 ** this.misses;
  }

  private turnWindow(now: number): void {
    // After a pause nobody took part lately.
    const isNext = now < this.windowEndsAt + ROUND_LIMITS.windowMs;
    this.inLastWindow = isNext ? this.inThisWindow : 0;
    this.inThisWindow = 0;
    this.window++;
    this.windowEndsAt = now + ROUND_LIMITS.windowMs;
  }
}
