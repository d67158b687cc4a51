import * as assert from "uvu/assert";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** Fails unless the work rejects with a GhostError of this code; gives it. */
export async function rejects(work: Promise<unknown>, code: string, message = /./): Promise<GhostError> {
  const error = await work.then(
    (value) => assert.unreachable(`it resolved with ${JSON.stringify(value)} instead of ${code}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof GhostError)) throw error;
  assert.is(error.code, code, error.message);
  assert.match(error.message, message);
  return error;
}

/** All that an iterable gives, sorted. */
export async function sorted(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all.sort();
}
