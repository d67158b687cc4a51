import type { Random } from "../../../core/bus/session/transport.ts";

/** Seeds are below this, short enough to be typed. */
const SEEDS = 1_000_000;

/** Chance that its seed repeats: numbers of at least 0 and below 1 (Mulberry32, public domain). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed for a test that was given none. */
export function newSeed(): number {
  return Math.floor(Math.random() * SEEDS);
}
