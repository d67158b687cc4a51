/** Random choices that a seed repeats: for tests whose input is random, and which print their seed. */
export class Random {
  private state: number;

  /** Any number; equal seeds give equal choices. */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A number in [0, 1) (Mulberry32, public domain). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of them, all equally likely. */
  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)] as T;
  }

  /** One of them, by weight. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices.at(-1)![1];
  }

  /** From `least` to `most` things, each made anew. */
  several<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: this.between(least, most) }, make);
  }

  /** So many random bytes as a Latin-1 text. */
  bytes(length: number): string {
    return String.fromCharCode(...Array.from({ length }, () => Math.floor(this.next() * 256)));
  }
}

/** A seed for a run that was given none: short enough to be typed. */
export function newSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}
