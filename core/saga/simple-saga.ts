import { failureOf, type SagaFailure } from "./records.ts";
import type { SagaCompensation, SagaResult } from "./result.ts";

/** Tries of a compensation, and the pause before the second, which doubles, in ms. */
const TRIES = 3;
const PAUSE_MS = 100;

/** What the work of a simple saga is given. */
export interface SimpleSaga {
  /** Says what takes the next thing back; to be called before it is done. `step` names it in the result; default: `1`, `2` … */
  compensate(undo: () => unknown, step?: string): void;
}

/**
 * Runs work whose parts can be taken back. Where it throws, what it registered is run in reverse order, each up to three times; one that keeps failing
 * is in the result, and the others still run. Nothing is kept: what the end of the program interrupts stays half done. Never rejects.
 */
export async function runSaga<T>(
  work: (saga: SimpleSaga) => Promise<T> | T,
  pause: (ms: number) => Promise<unknown>,
): Promise<SagaResult<T>> {
  const undos: [undo: () => unknown, step: string][] = [];
  try {
    return { ok: true, value: await work({ compensate: (undo, step = String(undos.length + 1)) => void undos.push([undo, step]) }) };
  } catch (error) {
    const compensations: SagaCompensation[] = [];
    for (const [undo, step] of undos.reverse()) compensations.push({ step, ...(await takeBack(undo, pause)) });
    return { ok: false, error: failureOf(error), compensations };
  }
}

async function takeBack(
  undo: () => unknown,
  pause: (ms: number) => Promise<unknown>,
): Promise<{ state: "undone" | "failed"; error?: SagaFailure }> {
  for (let tries = 1; ; tries++) {
    try {
      await undo();
      return { state: "undone" };
    } catch (error) {
      if (tries === TRIES) return { state: "failed", error: failureOf(error) };
      await pause(PAUSE_MS * 2 ** (tries - 1));
    }
  }
}
