/**
 * The first process of a container (pid 1) gets no signal that it has no handler for: a SIGTERM that comes while the daemon
 * still starts would be lost, and `docker stop` would wait its ten seconds and kill. It is kept until it can be obeyed.
 */

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

let pending: NodeJS.Signals | null = null;
let isHolding = false;

function remember(signal: NodeJS.Signals): void {
  pending = signal;
}

/** From here on signals are kept. */
export function holdEarlySignals(): void {
  isHolding = true;
  for (const signal of SIGNALS) process.on(signal, remember);
}

/** The daemon obeys now: what came early is given to it. */
export function releaseEarlySignals(): void {
  if (!isHolding) return;
  isHolding = false;
  for (const signal of SIGNALS) process.off(signal, remember);
  if (pending) process.emit(pending, pending);
}
