/** How long `waitFor` waits unless told otherwise, in milliseconds: far above what a busy two-core machine needs. */
const DEFAULT_LIMIT_MS = 10_000;
/** The pause between two looks, in milliseconds. */
const DEFAULT_PAUSE_MS = 10;

/** What to wait for, and how long. */
export interface WaitOptions {
  /** Completes "gave up waiting for …" in the error. */
  readonly what: string;
  /** Milliseconds; default 10,000. */
  readonly limitMs?: number;
  /** Milliseconds between two looks; default 10. */
  readonly pauseMs?: number;
  /** What there is to see when the wait fails, e.g. the list of processes; its result goes into the error. */
  readonly seen?: () => unknown;
}

/** What a condition gives when it holds. */
export type Truthy<T> = Exclude<T, false | 0 | "" | null | undefined>;

/**
 * Looks until `condition` gives something truthy, and returns it. A condition that throws is looked at again; the last
 * thing seen (its result or its error) is told when the time is up. Tests wait with this, never with a sleep.
 */
export async function waitFor<T>(condition: () => T | Promise<T>, options: WaitOptions): Promise<Truthy<T>> {
  const limitMs = options.limitMs ?? DEFAULT_LIMIT_MS;
  const deadline = performance.now() + limitMs;
  for (;;) {
    const look = await lookOnce(condition);
    if (look.found) return look.value as Truthy<T>;
    if (performance.now() >= deadline) throw await waitError(options, limitMs, look);
    await pause(options.pauseMs ?? DEFAULT_PAUSE_MS);
  }
}

/** A promise that resolves after `ms` milliseconds: for spacing out looks, not for guessing when something is done. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

type Look<T> = { found: true; value: T } | { found: false; seen: unknown };

async function lookOnce<T>(condition: () => T | Promise<T>): Promise<Look<T>> {
  try {
    const value = await condition();
    return value ? { found: true, value } : { found: false, seen: value };
  } catch (error) {
    return { found: false, seen: error };
  }
}

async function waitError<T>(options: WaitOptions, limitMs: number, look: Look<T>): Promise<Error> {
  const seen = options.seen ? await options.seen() : "seen" in look ? look.seen : undefined;
  return new Error(`gave up waiting for ${options.what} after ${limitMs} ms; last seen: ${describe(seen)}`);
}

function describe(seen: unknown): string {
  if (seen instanceof Error) return seen.message;
  return typeof seen === "string" ? seen : (JSON.stringify(seen) ?? String(seen));
}
