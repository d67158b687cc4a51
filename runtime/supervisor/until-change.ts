import type { Supervised } from "./supervised.ts";

/** Waits for a condition that only a change of this process can bring about; false when the limit passed first. */
export function untilChange(process: Supervised, condition: () => boolean, limitMs: number): Promise<boolean> {
  if (condition()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (result: boolean): void => {
      clearTimeout(timer);
      process.waiters.delete(look);
      resolve(result);
    };
    const look = (): void => {
      if (condition()) finish(true);
    };
    const timer = Number.isFinite(limitMs) ? setTimeout(() => finish(false), limitMs) : undefined;
    process.waiters.add(look);
  });
}
