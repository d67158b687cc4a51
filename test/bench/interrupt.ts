/** The bench was interrupted; what it had started is stopped. */
export class Interrupted extends Error {}

/** A promise that rejects with `Interrupted` at the first SIGINT or SIGTERM, so that a run can clean up before it ends. */
export function interruption(): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => reject(new Interrupted(`interrupted by ${signal}`)));
  });
  // It may come between two scenarios, when nobody waits for it: the next one meets it.
  interrupted.catch(() => undefined);
  return interrupted;
}
