import { test } from "uvu";
import * as assert from "uvu/assert";
import { runSaga } from "./simple-saga.ts";

/** A saga of the steps a, b and c; what is among `failing` throws, so often as it is there. */
async function play(failing: string[]) {
  const done: string[] = [];
  const pauses: number[] = [];
  const act = (what: string): string => {
    done.push(what);
    const at = failing.indexOf(what);
    if (at >= 0) {
      failing.splice(at, 1);
      throw Object.assign(new Error(`no ${what}`), { code: "NO" });
    }
    return what;
  };
  const result = await runSaga(
    async (saga) => {
      for (const step of ["a", "b", "c"]) {
        saga.compensate(() => act(`-${step}`), step === "c" ? undefined : step);
        act(step);
      }
      return "all";
    },
    async (ms) => void pauses.push(ms),
  );
  return { result, done: done.join(" "), pauses };
}

test("work that succeeds gives its value, and nothing is taken back", async () => {
  assert.equal(await play([]), { result: { ok: true, value: "all" }, done: "a b c", pauses: [] });
});

test("work that fails is taken back in reverse order, with what failed", async () => {
  const { result, done } = await play(["b"]);
  assert.is(done, "a b -b -a");
  const compensations = ["b", "a"].map((step) => ({ step, state: "undone" }));
  assert.equal(result, { ok: false, error: { message: "no b", code: "NO" }, compensations });
});

test("what was not named has its number", async () => {
  const { result } = await play(["c"]);
  assert.equal(result.ok ? [] : result.compensations.map(({ step }) => step), ["3", "b", "a"]);
});

test("a compensation is tried again", async () => {
  const { result, done, pauses } = await play(["b", "-b", "-b"]);
  assert.equal([done, pauses], ["a b -b -b -b -a", [100, 200]]);
  assert.equal(result.ok ? [] : result.compensations.map(({ state }) => state), ["undone", "undone"]);
});

test("a compensation that keeps failing is told, and the others still run", async () => {
  const { result, done } = await play(["b", "-b", "-b", "-b"]);
  assert.is(done, "a b -b -b -b -a");
  const compensations = [
    { step: "b", state: "failed", error: { message: "no -b", code: "NO" } },
    { step: "a", state: "undone" },
  ];
  assert.equal(result, { ok: false, error: { message: "no b", code: "NO" }, compensations });
});

test("whatever is thrown is a result", async () => {
  const wait = async (): Promise<void> => undefined;
  for (const thrown of [null, undefined, "text", { message: 7 }, 1n])
    assert.is((await runSaga(() => Promise.reject(thrown), wait)).ok, false);
});

test.run();
