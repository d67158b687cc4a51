import * as assert from "uvu/assert";
import type { ErrorCode } from "../../core/errors/catalogue.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** Waits for `work` to fail with this code, and gives the error. */
export async function failsWith(code: ErrorCode, work: () => unknown): Promise<GhostError> {
  const error = await outcome(work);
  assert.instance(error, GhostError, `expected ${code}, got ${String(error)}`);
  assert.is((error as GhostError).code, code, (error as GhostError).message);
  return error as GhostError;
}

async function outcome(work: () => unknown): Promise<unknown> {
  try {
    await work();
    return "no error";
  } catch (error) {
    return error;
  }
}
