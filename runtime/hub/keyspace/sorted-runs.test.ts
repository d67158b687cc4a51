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
    const all = [...sortedRuns(map, 100)].flat();
    assert.equal(
      all,
      [...map].sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  });
}

test("no run is much longer than asked for", () => {
  for (const run of sortedRuns(mapOf(10_000), 1000)) assert.ok(run.length < 2000, `${run.length}`);
});

test("keys that are sorted already, or alike at their beginning, are no trouble", () => {
  const keys = Array.from({ length: 1000 }, (_, index) => [`${"a".repeat(200)}${String(index).padStart(4, "0")}`, index] as const);
  assert.equal([...sortedRuns(new Map(keys), 64)].flat(), keys as unknown as [string, number][]);
});

test.run();
