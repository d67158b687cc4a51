/** How an app's program ends: the only place of the SDK that does it. */

/** Signals that ask for the end, and the exit code of a program that one ended: 128 and its number. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks the program to end. */
export type EndSignal = keyof typeof CODES;

/** The exit code of a program that a signal ended. */
export function exitCodeOf(signal: EndSignal): number {
  return CODES[signal];
}

/** Calls back when the system asks the program to end; what it gives takes that back. */
export function onEndSignal(tell: (signal: EndSignal) => void): () => void {
  const names = Object.keys(CODES) as EndSignal[];
  const handlers = names.map((name) => [name, () => tell(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  return () => {
    for (const [name, handler] of handlers) process.off(name, handler);
  };
}

/** The program's exit code when it ends by itself. */
export function setExitCode(code: number): void {
  process.exitCode = code;
}

/** Ends the program now, whatever still runs. */
export function exit(code: number): void {
  process.exit(code);
}
