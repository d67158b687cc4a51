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

test("a multiple of what Redis reached is judged only where Redis was measured", () => {
  assert.equal(judge({ timesRedis: 0.8 }, 40, 50), { met: true, byPercent: 0 });
  assert.equal(judge({ timesRedis: 0.8 }, 20, 50), { met: false, byPercent: 50 });
  assert.is(judge({ timesRedis: 0.8 }, 20), null);
  assert.is(timesBetter(figure("hub-get"), 50, 100), 0.5);
});

test.run();
