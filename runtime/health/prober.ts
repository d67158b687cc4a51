/** What a probe said. */
export interface Answer {
  readonly ok: boolean;
  /** For people: `200 OK`, `connection refused at 127.0.0.1:8000`. May hold secrets: mask it before it is shown. */
  readonly detail: string;
  /** What a command wrote last. */
  readonly wrote?: string;
  /** There is more to look at already: ask again soon. */
  readonly more?: boolean;
}

/** Puts one question of a check. */
export interface Prober {
  /**
   * Resolves with the answer, also when `signal` aborts: then with how far it came, as `detail` (empty: nowhere), and with
   * everything that it opened or started ended. Never rejects.
   */
  ask(signal: AbortSignal): Promise<Answer>;
  /** True when the time that an answer takes says something. */
  readonly timed: boolean;
  /** True when it minds its time itself: no timeout cuts it short. */
  readonly unhurried: boolean;
  /** True when a success stands for the rest of the run. */
  readonly once: boolean;
}

/** An answer that did not pass. */
export function failure(detail: string): Answer {
  return { ok: false, detail };
}
