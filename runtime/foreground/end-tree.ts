import { setTimeout as delay } from "node:timers/promises";
import type { StopPolicy } from "../../core/config/definition.ts";
import { passSignal, stillRunning, treeOf } from "../process/on-terminal.ts";
import type { Target } from "../process/signal.ts";

/** How often it is looked whether what was started along with the program has ended, in ms. */
const LOOK_MS = 10;

export interface EndOptions {
  /** True: there is no more time from now on. Asked again and again; default: never. */
  readonly isForced?: () => boolean;
  /** Asks the program itself to end in another way than by the signal; false: there is none. Default: none. */
  readonly ask?: () => boolean;
}

/**
 * The stop signal to a program, time to react, SIGKILL; then the same for what it leaves behind. Resolves when nobody is left, with true where somebody had to be killed
 * because the time was over.
 */
export async function endTree(
  target: Target & { readonly token?: string },
  { signal, timeoutMs }: Pick<StopPolicy, "signal" | "timeoutMs">,
  { isForced = () => false, ask = () => false }: EndOptions = {},
): Promise<boolean> {
  const wasForced = isForced();
  const deadline = performance.now() + timeoutMs;
  const members = treeOf(target);
  const asked = new Set<number>();
  let killed = false;
  for (;;) {
    const left = stillRunning(members);
    if (left.length === 0) return killed;
    const isLate = isForced() || performance.now() >= deadline;
    const main = left.find(({ pid }) => pid === target.pid);
    for (const entry of main && !isLate ? [main] : left) {
      if (isLate) passSignal(entry, "SIGKILL");
      else if (!asked.has(entry.pid)) {
        asked.add(entry.pid);
        if (entry !== main || !ask()) passSignal(entry, signal as NodeJS.Signals);
        // A stopped process hears nothing until it goes on.
        passSignal(entry, "SIGCONT");
      }
    }
    killed ||= isLate && !wasForced;
    await delay(LOOK_MS);
  }
}
