import { test } from "uvu";
import * as assert from "uvu/assert";
import { MEASURES } from "./figures.ts";
import { readOptions } from "./options.ts";

test("without words everything is measured, several times, beside the peers", () => {
  const options = readOptions([]);
  assert.equal([...options.measures], [...MEASURES]);
  assert.ok(options.peers && options.repeats >= 3 && options.commandRuns >= 20 && options.kills >= 20);
  assert.ok(options.idleMs >= 30_000);
});

test("--only takes names divided by commas and goes with the other words", () => {
  const options = readOptions(["--only", "status,log", "--quick", "--no-peers"]);
  assert.equal([...options.measures], ["status", "log"]);
  assert.is(options.repeats, 1);
  assert.not(options.peers);
});

test("unknown words and measures are refused with the usage", () => {
  assert.throws(() => readOptions(["--fast"]), /cannot understand --fast; usage: npm run bench/);
  assert.throws(() => readOptions(["--only", "speed"]), /cannot measure "speed"; usage/);
  assert.throws(() => readOptions(["--only"]), /cannot measure ""/);
});

test.run();
