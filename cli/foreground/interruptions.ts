/** What a person (or whoever manages this program) wants it to do. */
export interface Interruptions {
  /** Aborted by the first word to end: ^C, SIGTERM, or a terminal that was closed. */
  readonly first: AbortSignal;
  /** Aborted by the second: end by force. */
  readonly second: AbortSignal;
  /** The first signal, once there was one. */
  readonly signal: NodeJS.Signals | null;
  /** As if `signal` had come, e.g. because nobody reads the output any more. */
  interrupt(signal: NodeJS.Signals): void;
}

/** Listens for ^C, SIGTERM and SIGHUP from now on; none of them ends the program by itself any more. Also as pid 1, where they have no default. */
export function listenForInterruptions(): Interruptions {
  const first = new AbortController();
  const second = new AbortController();
  let signal: NodeJS.Signals | null = null;
  const interrupt = (which: NodeJS.Signals): void => {
    // A terminal that goes away sends SIGHUP on top of what was typed before: it is no impatience.
    if (first.signal.aborted && which !== "SIGHUP" && which !== "SIGPIPE") second.abort();
    signal ??= which;
    first.abort();
  };
  for (const each of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(each, () => interrupt(each));
  return {
    first: first.signal,
    second: second.signal,
    get signal() {
      return signal;
    },
    interrupt,
  };
}
