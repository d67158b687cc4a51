import { test } from "uvu";
import * as assert from "uvu/assert";
import { againAt, decide } from "./decide.ts";
import { SAGA_LIMITS } from "./limits.ts";
import type { SagaPlan } from "./plan.ts";
import { replay } from "./progress.ts";
import type { SagaEvent, SagaRecord } from "./records.ts";
import { stateOf } from "./result.ts";

const PLAN: SagaPlan = [
  { name: "a", run: [1, 1, 1], undo: [1, 1, 1] },
  { name: "b", run: [1, 1, 1] },
  { name: "c", run: [1, 1, 1], undo: [1, 1, 1] },
];
const NO = { message: "no" };

/** A log in few letters: `a` begun and done, `+a` begun, `!a` begun and failed, `?a` begun, failed and due again at 9; with `-` of the compensation: `-a`, `+-a` … */
function logOf(words: string): SagaEvent[] {
  return words
    .split(" ")
    .filter((word) => word !== "")
    .flatMap((word): SagaEvent[] => {
      const [, sign = "", minus, step = ""] = /^([+!?]?)(-?)(\w)$/.exec(word) ?? [];
      if (step === "") return [JSON.parse(word) as SagaEvent];
      const of = { step, undo: minus === "-" };
      const begun: SagaEvent = { is: "begun", ...of };
      if (sign === "+") return [begun];
      if (sign === "") return [begun, { is: "done", ...of }];
      return [begun, { is: "failed", ...of, error: NO, ...(sign === "?" && { again: 9 }) }];
    });
}

/** The next action, as a word; and the state. */
function decided(words: string, plan: SagaPlan = PLAN): string {
  const started: SagaEvent = { is: "started", input: 1, steps: PLAN.map(({ name }) => name) };
  const saga = replay([started, ...logOf(words)].map((event) => ({ ...event, at: 1 }) as SagaRecord));
  const action = decide(plan, saga);
  const state = stateOf(plan, saga);
  if (!action) return `rest ${state}`;
  if (action.do === "try") return `${action.undo ? "-" : ""}${action.step}${action.dueAt ? ` at ${action.dueAt}` : ""} ${state}`;
  return `${action.event.is}${"step" in action.event ? ` ${action.event.step}` : ""} ${state}`;
}

const RETRY = '{"is":"retry"}';
const SKIP = '{"is":"skip"}';
const PARKED = '{"is":"parked","reason":"changed"}';

const cases: readonly (readonly [log: string, next: string])[] = [
  ["", "a running"],
  ["+a", "a running"],
  ["a", "b running"],
  ["a b", "c running"],
  ["?a", "a at 9 running"],
  ["?a +a", "a running"],
  ["a b c", "ended running"],
  ['a b c {"is":"ended"}', "rest done"],
  ["!a", "-a compensating"],
  ["a !b", "-a compensating"],
  ["a b !c", "-c compensating"],
  ["a b !c +-c", "-c compensating"],
  ["a b !c ?-c", "-c at 9 compensating"],
  ["a b !c -c", "-a compensating"],
  ["a b !c -c -a", "ended compensating"],
  ['a b !c -c -a {"is":"ended"}', "rest compensated"],
  ["a b !c !-c", "-a compensating"],
  ["a b !c !-c -a", "rest parked"],
  [`a b !c !-c -a ${RETRY}`, "-c compensating"],
  [`a b !c !-c -a ${RETRY} -c`, "ended compensating"],
  [`a b !c !-c -a ${SKIP}`, "ended compensating"],
  [`a b !c !-c !-a {"is":"skip","step":"a"}`, "rest parked"],
  [`a b !c !-c !-a {"is":"retry","step":"a"}`, "-a compensating"],
  [`a ${PARKED}`, "rest parked"],
  [`a ${PARKED} ${RETRY}`, "b running"],
  [`a +b ${PARKED} ${SKIP}`, "-a compensating"],
  [`${"+a ".repeat(SAGA_LIMITS.interruptionsMax)}`, "failed a running"],
  [`a b !c ${"+-c ".repeat(SAGA_LIMITS.interruptionsMax)}`, "failed c compensating"],
];

for (const [log, next] of cases)
  test(`after "${log.length > 60 ? `${log.slice(0, 60)}…` : log}": ${next}`, () => assert.is(decided(log), next));

const named = (...names: string[]): SagaPlan => names.map((name) => ({ name, run: [1, 1, 1], undo: [1, 1, 1] }));
const changes: readonly (readonly [what: string, plan: SagaPlan, log: string, next: string])[] = [
  ["a step is added at the end", named("a", "b", "c", "d"), "a b", "c running"],
  ["a step is added behind those that were begun", named("a", "x", "b", "c"), "a", "x running"],
  ["a step is added before one that was begun", named("x", "a", "b", "c"), "a", "parked running"],
  ["a step that was begun is missing", named("b", "c"), "a", "parked running"],
  ["a step that was not begun is missing", named("a", "b"), "a", "parked running"],
  ["steps have changed places", named("b", "a", "c"), "a", "parked running"],
  ["steps to come have changed places", named("a", "c", "b"), "a", "c running"],
  ["a step that is to be taken back is missing", named("a", "b"), "a b !c", "failed c compensating"],
  ["it is missing, and an operator skipped the change", named("a", "c"), `a b ${PARKED} ${SKIP}`, "skip b compensating"],
];
for (const [what, plan, log, next] of changes) test(`${what}: ${next}`, () => assert.is(decided(log, plan), next));

test("pauses double up to the longest, and tries have an end", () => {
  const pauses = [1, 2, 3, 4, 5].map((failures) => againAt([5, 100, 500], failures, 0, 1000));
  assert.equal(pauses, [1100, 1200, 1400, 1500, undefined]);
  assert.is(againAt([Number.POSITIVE_INFINITY, 100, 500], 10_000, 10, 0), 500);
  assert.is(againAt([Number.POSITIVE_INFINITY, 100, 500], 1, SAGA_LIMITS.recordsForTriesMax, 0), undefined);
});

test.run();
