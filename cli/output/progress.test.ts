import { test } from "uvu";
import * as assert from "uvu/assert";
import { plain } from "./paint.ts";
import { renderTally } from "./progress.ts";

const result = (did: string, ok = true) => ({ name: "a", project: "p", ok, did }) as never;

test("what was done is counted by its kind, in the number that fits", () => {
  const results = [result("stopped"), result("was not running"), result("stopped"), result("was not running"), result("", false)];
  assert.is(renderTally(results, plain), "2 stopped, 2 were not running, 1 failed");
  assert.is(renderTally([result("was not running")], plain), "1 was not running");
});

test.run();
