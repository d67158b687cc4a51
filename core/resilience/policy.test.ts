import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ErrorCode } from "../errors/catalogue.ts";
import { GhostError } from "../errors/ghost-error.ts";
import type { Again } from "./failures.ts";
import { ResiliencePolicy, type Work } from "./policy.ts";
import { RESILIENCE_DEFAULT, type ResilienceSettings } from "./settings.ts";

interface World {
  readonly policy: ResiliencePolicy;
  readonly said: string[];
}

function makeWorld(settings: Partial<ResilienceSettings> = {}): World {
  const said: string[] = [];
  const log = {
    info: (text: string) => void said.push(`info: ${text}`),
    warn: (text: string) => void said.push(`warn: ${text.replace(/in \d+ ms/, "in N ms")}`),
    error: (text: string) => void said.push(`error: ${text}`),
  };
  return { policy: new ResiliencePolicy("the store", { ...RESILIENCE_DEFAULT, retryDelayMs: 1, ...settings }, log), said };
}

/** Work that fails with the errors given, one a try, and then gives 42; and how often it was tried. */
function failing(errors: readonly GhostError[], again: Again = "always"): Work<number> & { readonly tries: () => number } {
  const left = [...errors];
  let tries = 0;
  return {
    what: "get key",
    again,
    tries: () => tries,
    async run() {
      tries++;
      const error = left.shift();
      if (error) throw error;
      return 42;
    },
  };
}

function failure(code: ErrorCode, details?: Record<string, unknown>): GhostError {
  return new GhostError(code, `cannot reach it (${code})`, { details });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(String, (error: GhostError) => error.code ?? String(error));
}

test("what may pass is tried again, and said", async () => {
  const { policy, said } = makeWorld();
  const work = failing([failure("HUB_UNREACHABLE"), failure("DATABASE_LOCKED")]);
  assert.is(await policy.run(work), 42);
  assert.equal(said, [
    "warn: get key: try 1 of 3 again in N ms: cannot reach it (HUB_UNREACHABLE)",
    "warn: get key: try 2 of 3 again in N ms: cannot reach it (DATABASE_LOCKED)",
  ]);
});

test("tries have an end", async () => {
  const { policy } = makeWorld({ retryCount: 2 });
  const work = failing(Array.from({ length: 9 }, () => failure("NAMESPACE_BUSY")));
  assert.is(await codeOf(policy.run(work)), "NAMESPACE_BUSY");
  assert.is(work.tries(), 3);
});

const ONCE: [string, GhostError, Again][] = [
  ["a wrong statement", failure("SQL_FAILED"), "always"],
  ["a value that cannot be decrypted", failure("DECRYPTION_FAILED"), "always"],
  ["work that may have happened and must not happen twice", failure("HUB_UNREACHABLE"), "unsent"],
  ["work that is never done again", failure("HUB_UNREACHABLE", { sent: false }), "never"],
];
for (const [what, error, again] of ONCE) {
  test(`${what} is not tried again`, async () => {
    const work = failing([error], again);
    assert.is(await codeOf(makeWorld().policy.run(work)), error.code);
    assert.is(work.tries(), 1);
  });
}

test("what certainly did not reach the store is tried again, whatever it is", async () => {
  assert.is(await makeWorld().policy.run(failing([failure("HUB_UNREACHABLE", { sent: false })], "unsent")), 42);
});

test("a try has a limit, and its signal is aborted then", async () => {
  const { policy } = makeWorld({ timeoutMs: 10, retryCount: 0 });
  const signals: boolean[] = [];
  const work: Work<never> = {
    what: "get key",
    again: "always",
    run: (signal) => new Promise(() => signal.addEventListener("abort", () => signals.push(true))),
  };
  const error = await policy.run(work).catch((reason: unknown) => reason as GhostError);
  assert.equal([error.code, error.message], ["TIMED_OUT", "cannot get key: the store did not answer within 10 ms"]);
  assert.equal(signals, [true]);
});

test("work that obeys its signal with an error of its own has timed out all the same", async () => {
  const { policy } = makeWorld({ timeoutMs: 10, retryCount: 0 });
  const run: Work<never>["run"] = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  assert.is(await codeOf(policy.run({ what: "get key", again: "always", run })), "TIMED_OUT");
});

test("who gives up gets its own reason at once, in a pause, too, and the breaker does not count it", async () => {
  const { policy } = makeWorld({ retryDelayMs: 10_000, circuitBreakerThreshold: 2 });
  const reason = new Error("enough");
  for (const run of [() => new Promise<never>(() => undefined), () => Promise.reject(failure("NAMESPACE_BUSY"))]) {
    const controller = new AbortController();
    const waiting = policy.run({ what: "get key", again: "always", signal: controller.signal, run });
    await Promise.resolve();
    controller.abort(reason);
    assert.is(await waiting.catch((error: unknown) => error), reason);
  }
  assert.is(policy.state, "closed");
});

test("a store that keeps failing is left alone, then tried once, then used again", async () => {
  const { policy, said } = makeWorld({ retryCount: 0, circuitBreakerThreshold: 3, circuitBreakerDurationMs: 30_000 });
  for (let count = 0; count < 3; count++) {
    assert.is(policy.state, "closed");
    await codeOf(policy.run(failing([failure("HUB_UNREACHABLE")])));
  }
  assert.is(policy.state, "open");
  const refused = failing([]);
  const error = await policy.run(refused).catch((reason: unknown) => reason as GhostError);
  assert.equal([(error as GhostError).code, refused.tries()], ["CIRCUIT_OPEN", 0]);
  assert.match((error as GhostError).message, /cannot get key: the store failed 3 times in a row and is left alone/);

  later(30_000);
  assert.is(await codeOf(policy.run(failing([failure("HUB_UNREACHABLE")]))), "HUB_UNREACHABLE");
  assert.is(policy.state, "open");

  later(30_000);
  let answer = (_: number): void => undefined;
  const answered = new Promise<number>((resolve) => {
    answer = resolve;
  });
  const probe = policy.run({ what: "probe", again: "always", run: () => answered });
  assert.is(policy.state, "half-open");
  const waiting = policy.run(failing([]));
  answer(1);
  assert.equal([await probe, await waiting, policy.state], [1, 42, "closed"]);
  assert.equal(said, [
    "error: the store is left alone for 30s: cannot reach it (HUB_UNREACHABLE)",
    "error: the store is left alone for 30s: cannot reach it (HUB_UNREACHABLE)",
    "info: the store can be used again",
  ]);
});

/** cockatiel's breaker asks `Date.now`. */
const systemNow = Date.now;
let ahead = 0;
Date.now = () => systemNow() + ahead;

function later(milliseconds: number): void {
  ahead += milliseconds;
}

test("only trouble of the store in a row opens the breaker", async () => {
  const { policy } = makeWorld({ retryCount: 0, circuitBreakerThreshold: 2 });
  for (let count = 0; count < 5; count++) {
    await codeOf(policy.run(failing([failure("SQL_FAILED")])));
    await codeOf(policy.run(failing([failure("NAMESPACE_BUSY")])));
    await codeOf(policy.run(failing([failure("HUB_UNREACHABLE")])));
    await policy.run(failing([]));
  }
  assert.is(policy.state, "closed");
});

test("a store that says that it is back is used again at once, and nothing is told of it twice", async () => {
  const { policy, said } = makeWorld({ retryCount: 0, circuitBreakerThreshold: 1 });
  const lost = new GhostError("HUB_UNREACHABLE", "cannot reach it");
  await policy.run(failing([lost])).catch(() => undefined);
  assert.is(policy.state, "open");
  policy.storeIsBack();
  assert.is(policy.state, "closed");
  assert.is(await policy.run(failing([])), 42);
  policy.storeIsBack();
  assert.equal(said, ["error: the store is left alone for 30s: cannot reach it", "info: the store can be used again"]);
});

test("an open breaker ends the tries of who is under way", async () => {
  const { policy } = makeWorld({ retryCount: 5, circuitBreakerThreshold: 2 });
  const work = failing(Array.from({ length: 9 }, () => failure("HUB_UNREACHABLE")));
  assert.is(await codeOf(policy.run(work)), "CIRCUIT_OPEN");
  assert.is(work.tries(), 2);
});

test("when the store cannot be had another is asked; what is wrong in itself is thrown", async () => {
  const { policy } = makeWorld({ retryCount: 1, circuitBreakerThreshold: 2 });
  const otherwise = async (): Promise<number> => 7;
  const unreachable = Array.from({ length: 4 }, () => failure("HUB_UNREACHABLE"));
  assert.is(await policy.run({ ...failing(unreachable), otherwise }), 7);
  assert.is(policy.state, "open");
  assert.is(await policy.run({ ...failing([]), otherwise }), 7);
  assert.is(await codeOf(makeWorld().policy.run({ ...failing([failure("WRONG_TYPE")]), otherwise })), "WRONG_TYPE");
});

test.run();
