import { test } from "uvu";
import * as assert from "uvu/assert";
import { summarise } from "./statistics.ts";

test("nothing measured has no summary", () => {
  assert.is(summarise([]), null);
});

test("an odd number of measurements has a middle one, whatever their order", () => {
  assert.equal(summarise([9, 1, 10]), { median: 9, min: 1, max: 10, count: 3 });
});

test("an even number has the mean of the middle two", () => {
  assert.equal(summarise([4, 1, 3, 100]), { median: 3.5, min: 1, max: 100, count: 4 });
});

test.run();
