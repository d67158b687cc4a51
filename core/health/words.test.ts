import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AnswerWords, describeVerdict, SAID_CHARACTERS_MAX, said } from "./words.ts";

const check = { startGraceMs: 120_000 };
const refused: AnswerWords = { detail: "connection refused at 127.0.0.1:8000", latencyMs: 0.4, timed: true };

test("a verdict says what the last answer was", () => {
  const healthy = { to: "healthy" } as const;
  assert.is(describeVerdict(healthy, { detail: "200 OK", latencyMs: 3.04, timed: true }, check), "healthy: 200 OK in 3 ms");
  assert.is(
    describeVerdict(healthy, { detail: "exited with code 0", wrote: "PONG", latencyMs: 12.4, timed: true }, check),
    "healthy: exited with code 0 in 12 ms: PONG",
  );
  assert.is(describeVerdict(healthy, { detail: "it beats", latencyMs: 900, timed: false }, check), "healthy: it beats");
  assert.is(
    describeVerdict({ to: "unhealthy", because: "failures", failures: 3 }, refused, check),
    "unhealthy: 3 failures in a row, the last: connection refused at 127.0.0.1:8000",
  );
  assert.is(
    describeVerdict({ to: "unhealthy", because: "failures", failures: 1 }, refused, check),
    "unhealthy: connection refused at 127.0.0.1:8000",
  );
});

test("a start that took too long says how long, and what answered last", () => {
  const late = { to: "unhealthy", because: "grace" } as const;
  assert.is(
    describeVerdict(late, refused, check),
    "unhealthy: not healthy within 2m of its start; the last answer: connection refused at 127.0.0.1:8000",
  );
  assert.is(describeVerdict(late, null, check), "unhealthy: not healthy within 2m of its start; nothing has answered");
});

test("what programs say is one short line without control characters", () => {
  assert.is(said("\u001b[31mred\u001b[0m\tand\u0000more\r\n"), "red and more");
  assert.is(said("x".repeat(1_000)).length, SAID_CHARACTERS_MAX + 1);
});

test.run();
