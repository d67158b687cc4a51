import { test } from "uvu";
import * as assert from "uvu/assert";
import { hang, wrapWords } from "./wrap.ts";

test("breaks between words, by what a terminal shows", () => {
  const cases: [string, number, string[]][] = [
    ["", 10, [""]],
    ["one two", Number.POSITIVE_INFINITY, ["one two"]],
    ["one two", 7, ["one two"]],
    ["one two", 6, ["one", "two"]],
    ["日本 語", 6, ["日本", "語"]],
    ["see /a/long/path now", 8, ["see", "/a/long/path", "now"]],
    ["word", 0, ["word"]],
    ["restarts in 600 ms, again", 15, ["restarts in", "600 ms, again"]],
    ["after 1.5 s (2 MB)", 8, ["after", "1.5 s", "(2 MB)"]],
    ["in 3 steps", 4, ["in 3", "steps"]],
    ["3 s/he", 3, ["3", "s/he"]],
    ["x600 ms", 4, ["x600", "ms"]],
  ];
  for (const [text, cells, expected] of cases) assert.equal(wrapWords(text, cells), expected, text);
});

test("a text hangs behind its label", () => {
  assert.equal(hang("hint: ", 6, "try it again", 13), ["hint: try it", "      again"]);
});

test.run();
