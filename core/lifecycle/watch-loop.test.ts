import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Machine, registered } from "./state.ts";
import { LOOP_RESTARTS, nextStreak, OWN_DOING_MS, slowdownMs } from "./watch-loop.ts";

const identity = { pid: 1, startTicks: 1, bootId: "", token: "t" };
const running = (startedMs: number): Machine => ({ ...registered, state: { at: "running", identity }, startedMs });

test("a change right after a start counts, one that comes later ends the row", () => {
  assert.is(nextStreak(3, running(1_000), 1_000 + OWN_DOING_MS - 1), 4);
  assert.is(nextStreak(3, running(1_000), 1_000 + OWN_DOING_MS), 0);
});

test("a change while it ends counts, and right after its end", () => {
  const stopping: Machine = { ...running(0), state: { at: "stopping", identity, token: "t", afterwards: "restart", force: false } };
  assert.is(nextStreak(0, stopping, 60_000), 1);
  const ended: Machine = { ...registered, state: { at: "backoff", untilMs: 0 }, startedMs: 0, stoppedMs: 60_000 };
  assert.is(nextStreak(1, ended, 60_100), 2);
  assert.is(nextStreak(1, { ...ended, state: { at: "exited" } }, 60_000 + OWN_DOING_MS), 0, "a job that is run again at each save");
});

test("restarts become slower after ten in a row, up to half a minute", () => {
  assert.equal(
    [0, LOOP_RESTARTS, LOOP_RESTARTS + 1, LOOP_RESTARTS + 2, 1_000].map((streak) => slowdownMs(streak)),
    [0, 0, 1_000, 2_000, 30_000],
  );
});

test("who saves while it is waited waits two seconds at most", () => {
  assert.equal(
    [LOOP_RESTARTS, LOOP_RESTARTS + 1, LOOP_RESTARTS + 2, 1_000].map((streak) => slowdownMs(streak, true)),
    [0, 1_000, 2_000, 2_000],
  );
});

test.run();
