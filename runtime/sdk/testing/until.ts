import { type Duration, durationMs } from "../../../core/config/duration.ts";
import { GhostError } from "../index.ts";
import { settle, type TestClock, TIMERS_MAX, VirtualClock } from "./virtual-clock.ts";

/** How long a condition is waited for. */
export interface UntilOptions {
  /** Of the test's time. Default `10m` where that is virtual, `5s` where it is the system's. */
  readonly timeout?: Duration;
}

/** What a condition gave when it held. */
export type Held<T> = Exclude<T, false | null | undefined | 0 | 0n | "">;

/** Virtual time that passes between two looks, in ms, where no timer is due sooner. */
const STEP_MS = 100;
/** The pause between two looks in real time, in ms. */
const LOOK_MS = 5;
/** Real time that what is no timer of Ghost's (a file, a socket, the app's own `setTimeout`) has once no more virtual time may pass, in ms. */
const REAL_MS = 1_000;
/** Of a condition, as an error shows it. */
const SHOWN_CHARACTERS = 120;

/** Lets time of this clock pass until a condition holds: see `GhostForTesting.until`. */
export async function untilHolds<T>(
  clock: TestClock,
  condition: () => T | PromiseLike<T>,
  { timeout }: UntilOptions = {},
): Promise<Held<T>> {
  const isVirtual = clock instanceof VirtualClock;
  const limit = timeout ?? (isVirtual ? "10m" : "5s");
  const endMs = clock.now() + durationMs(limit, "timeout");
  for (let looks = 0; ; looks++) {
    await settle();
    const value = await condition();
    if (value) return value as Held<T>;
    const leftMs = endMs - clock.now();
    if (leftMs <= 0) break;
    if (looks >= TIMERS_MAX)
      throw new GhostError("LIMIT_EXCEEDED", `cannot wait until ${shown(condition)}: ${TIMERS_MAX} timers ran and more are due`);
    await clock.advance(Math.min(leftMs, isVirtual ? Math.min(clock.nextInMs ?? STEP_MS, STEP_MS) : LOOK_MS));
  }
  return isVirtual ? inReality(condition, limit) : never(condition, limit);
}

/** Virtual time is over in a moment; what takes real time may still be on its way. */
async function inReality<T>(condition: () => T | PromiseLike<T>, limit: Duration): Promise<Held<T>> {
  for (const endMs = performance.now() + REAL_MS; performance.now() < endMs; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const value = await condition();
    if (value) return value as Held<T>;
  }
  return never(condition, limit);
}

function never(condition: () => unknown, limit: Duration): never {
  throw new GhostError("TIMED_OUT", `cannot wait until ${shown(condition)}: it was not so within ${limit} of the test's time`, {
    hint: "look at what was logged; { timeout } waits longer",
  });
}

function shown(condition: () => unknown): string {
  const text = String(condition)
    .replace(/^(async )?\(\) => /, "")
    .replace(/\s+/g, " ");
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
