import { test } from "uvu";
import * as assert from "uvu/assert";
import { sortedRuns } from "./sorted-runs.ts";

/** A map of `count` different keys in no order, the same each time. */
function mapOf(count: number): Map<string, number> {
  let seed = 7;
  const map = new Map<string, number>();
  while (map.size < count) {
    seed = (seed * 48271) % 2147483647;
    map.set(`key:${seed}`, seed);
  }
  return map;
}

for (const count of [0, 1, 99, 100, 101, 1000, 5000]) {
  test(`${count} keys come all, each once, in order`, () => {
    const map = mapOf(count);
    const all = [...sortedRuns([...map], ([key]) => key, 100)].flat();
    assert.equal(
      all.map(([, item]) => item),
      [...map].sort(([one], [other]) => (one < other ? -1 : 1)),
    );
    assert.ok(all.every(([key, item]) => key === item[0]));
  });
}

test("no run is much longer than asked for", () => {
  const runs = [...sortedRuns([...mapOf(10_000).keys()], String, 1000)];
  for (const run of runs) assert.ok(run.length < 2000, `${run.length}`);
  assert.is(runs.filter(({ length }) => length === 0).length, 10, "after each thousand that were looked at there is a pause");
});

test("keys that are sorted already, or alike at their beginning, are no trouble", () => {
  const keys = Array.from({ length: 1000 }, (_, index) => [`${"a".repeat(200)}${String(index).padStart(4, "0")}`, index] as const);
  assert.equal(
    [...sortedRuns(keys, ([key]) => key, 64)].flat().map(([, item]) => item),
    keys,
  );
});

test.run();
