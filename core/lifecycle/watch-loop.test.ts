import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Machine, registered } from "./state.ts";
import { nextStreak, OWN_DOING_MS } from "./watch-loop.ts";

const identity = { pid: 1, startTicks: 1, bootId: "", token: "t" };
const running = (startedMs: number): Machine => ({ ...registered, state: { at: "running", identity }, startedMs });

test("a change right after a start counts, one that comes later ends the row", () => {
  assert.is(nextStreak(3, running(1_000), 1_000 + OWN_DOING_MS - 1), 4);
  assert.is(nextStreak(3, running(1_000), 1_000 + OWN_DOING_MS), 0);
});

test("a change while it ends or waits to start counts", () => {
  const stopping: Machine = {
    ...running(0),
    state: { at: "stopping", identity, token: "t", afterwards: "restart", force: false },
  };
  assert.is(nextStreak(0, stopping, 60_000), 1);
  assert.is(nextStreak(1, { ...registered, state: { at: "backoff", untilMs: 0 } }, 60_000), 2);
});

test.run();
