import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../errors/ghost-error.ts";
import { compilePattern, MATCHED_CHARACTERS_MAX } from "./pattern.ts";

/** Far more than linear time needs on a busy machine, far less than any other. */
const LIMIT_MS = 2_000;

test("patterns match anywhere in a text", async () => {
  const table: readonly [string, string, boolean][] = [
    ["ready", "is ready now", true],
    ["^ready$", "is ready now", false],
    ["listening on port \\d+", "listening on port 8080", true],
    ["(?i)READY", "ready", true],
    ["naïve|über", "über alles", true],
  ];
  for (const [source, text, expected] of table) assert.is((await compilePattern(source)).matches(text), expected, source);
});

test("no pattern takes longer than its text is long", async () => {
  for (const source of ["(a+)+$", "(a|a)*c$", ".*.*=.*x$", "(a*)*b", "(.*a){12}z"]) {
    const pattern = await compilePattern(source);
    const startedAt = performance.now();
    assert.not(pattern.matches(`${"a".repeat(10_000)}!`), source);
    assert.ok(performance.now() - startedAt < LIMIT_MS, source);
  }
});

test("what is too long is looked at so far", async () => {
  const pattern = await compilePattern("end");
  assert.ok(pattern.matches(`${"a".repeat(MATCHED_CHARACTERS_MAX - 3)}end`));
  assert.not(pattern.matches(`${"a".repeat(MATCHED_CHARACTERS_MAX)}end`));
});

test("a pattern that cannot be used is a configuration error that says what can", async () => {
  for (const source of ["(", "(?=a)b", "(a)\\1"]) {
    const error = await compilePattern(source).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof GhostError && error.code === "CONFIG_INVALID", source);
    assert.match(error.message, source);
  }
});

test.run();
