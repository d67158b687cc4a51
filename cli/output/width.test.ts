import { test } from "uvu";
import * as assert from "uvu/assert";
import { cut, displayWidth, pad, tame } from "./width.ts";

test("measures what a terminal shows, not what JavaScript counts", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["abc", 3],
    ["日本", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["👍", 2],
    ["👩‍👩‍👧", 2],
    ["\u001b[31mred\u001b[39m", 3],
  ];
  for (const [text, width] of cases) assert.is(displayWidth(text), width, JSON.stringify(text));
});

test("cuts to a number of cells and says so with …", () => {
  const cases: [string, number, string][] = [
    ["abcdef", 6, "abcdef"],
    ["abcdef", 5, "abcd…"],
    ["abcdef", 1, "…"],
    ["abcdef", 0, ""],
    ["日本語", 6, "日本語"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["abc", Number.POSITIVE_INFINITY, "abc"],
  ];
  for (const [text, cells, expected] of cases) {
    assert.is(cut(text, cells), expected);
    assert.ok(displayWidth(cut(text, cells)) <= cells);
  }
});

test("fills up on the side that is asked for", () => {
  assert.is(pad("ab", 4), "ab  ");
  assert.is(pad("ab", 4, "left"), "  ab");
  assert.is(pad("ab", 5, "centre"), " ab  ");
  assert.is(pad("日本", 5), "日本 ");
  assert.is(pad("abc", 2), "abc");
});

test("takes out what could steer the terminal", () => {
  assert.is(tame("a\u001b[2Jb\nc"), "a [2Jb c");
  assert.is(tame("plain text"), "plain text");
  assert.is(tame("naïve\u0007"), "naïve");
});

test.run();
