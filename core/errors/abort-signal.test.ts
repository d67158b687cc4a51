import { test } from "uvu";
import * as assert from "uvu/assert";
import { throwIfAborted, waitUnlessAborted } from "./abort-signal.ts";

test("waiting ends with the work, or with the signal's reason", async () => {
  const { signal } = new AbortController();
  assert.is(await waitUnlessAborted(Promise.resolve(1), undefined), 1);
  assert.is(await waitUnlessAborted(Promise.resolve(1), signal), 1);
  const reason = new Error("enough");
  const never = new Promise<never>(() => undefined);
  assert.is(await waitUnlessAborted(never, AbortSignal.abort(reason)).catch((error) => error), reason);
  const controller = new AbortController();
  const waiting = waitUnlessAborted(never, controller.signal).catch((error) => error);
  controller.abort(reason);
  assert.is(await waiting, reason);
});

test("work that fails after it was given up disturbs nobody", async () => {
  const controller = new AbortController();
  let fail = (_: Error): void => undefined;
  const work = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const waiting = waitUnlessAborted(work, controller.signal).catch(() => "given up");
  controller.abort();
  fail(new Error("too late"));
  assert.is(await waiting, "given up");
});

test("an aborted signal throws its reason", () => {
  assert.throws(() => throwIfAborted(AbortSignal.abort(new Error("enough"))), /enough/);
  throwIfAborted(undefined);
  throwIfAborted(new AbortController().signal);
});

test.run();
