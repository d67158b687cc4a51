/**
 * The part of the platform's AbortSignal that Ghost uses. Every AbortSignal is one; it is declared here because core knows the globals of no runtime.
 */
export interface AbortSignal {
  readonly aborted: boolean;
  /** What was passed to `abort()`, by default an AbortError: what a call that is given up rejects with. */
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Throws the reason of a signal that has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

/**
 * Waits for `work` until the signal is aborted, then rejects with its reason. The work itself goes on: it may be shared with others, or know nothing
 * of signals. Its failure after that is nobody's.
 */
export function waitUnlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    const settle = <Value>(answer: (value: Value) => void) => {
      return (value: Value): void => {
        signal.removeEventListener("abort", giveUp);
        answer(value);
      };
    };
    work.then(settle(resolve), settle(reject));
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp);
  });
}
