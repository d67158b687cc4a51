import { test } from "uvu";
import * as assert from "uvu/assert";
import { withoutSteering } from "./steering.ts";

const CASES: readonly (readonly [string, string])[] = [
  ["plain, 日本 and\ttabs", "plain, 日本 and\ttabs"],
  ["\u001b[32mgreen\u001b[0m", "\u001b[32mgreen\u001b[0m"],
  ["\u001b[38;2;1;2;3mopen", "\u001b[38;2;1;2;3mopen\u001b[0m"],
  ["\u001b[38:5:9mcolons\u001b[m", "\u001b[38:5:9mcolons\u001b[m\u001b[0m"],
  ["a\u001b[2J\u001b[Hb", "ab"],
  ["\u001b[?25l\u001b[?1049hhidden", "hidden"],
  ["\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\link", "alink"],
  ["\u001bPq#0\u001b\\sixel", "sixel"],
  ["\u001bc\u001b(B\u001b7reset", "reset"],
  ["progress 1%\rprogress 2%\b\b", "progress 1%progress 2%"],
  ["\u009b2Jc1", "2Jc1"],
  ["cut off \u001b[", "cut off "],
  ["cut off \u001b", "cut off "],
  ["\u001b]0;no end", ""],
  ["\u001b[>4;2mnot a colour", "not a colour"],
];

for (const [line, expected] of CASES) test(JSON.stringify(line), () => assert.is(withoutSteering(line), expected));

test("takes linear time", () => {
  const began = performance.now();
  withoutSteering("\u001b]0;".repeat(200_000) + "\u001b[1;".repeat(200_000));
  assert.ok(performance.now() - began < 1_000);
});

test.run();
