import { test } from "uvu";
import * as assert from "uvu/assert";
import { figure } from "./figures.ts";
import { judge, timesBetter } from "./verdict.ts";

test("a value on its bound is met, in both directions", () => {
  assert.equal(judge({ atMost: 12 }, 12), { met: true, byPercent: 0 });
  assert.equal(judge({ atLeast: 350 }, 350), { met: true, byPercent: 0 });
});

test("what misses says by how much of the target", () => {
  assert.equal(judge({ atMost: 12 }, 15), { met: false, byPercent: 25 });
  assert.equal(judge({ atLeast: 400 }, 300), { met: false, byPercent: 25 });
  assert.equal(judge({ atMost: 4 }, 3), { met: true, byPercent: 25 });
});

test("a ratio above one is better, for times as for speeds", () => {
  assert.is(timesBetter(figure("status-100"), 10, 250), 25);
  assert.is(timesBetter(figure("log-speed"), 300, 150), 2);
  assert.is(timesBetter(figure("idle-cpu"), 0, 0.1), null);
});

test.run();
