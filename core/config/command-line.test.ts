import { test } from "uvu";
import * as assert from "uvu/assert";
import { quoteWord, splitCommandLine } from "./command-line.ts";

function split(text: string): unknown {
  const result = splitCommandLine([{ text, filled: false }]);
  return "words" in result ? result.words : result.problem;
}

// Each was compared with what `sh -c 'printf "%s\n" …'` does.
const LINES: [string, string[]][] = [
  ["app.py --port 8000", ["app.py", "--port", "8000"]],
  ["  a \t b\n c ", ["a", "b", "c"]],
  ["", []],
  [`a 'b c' "d e"`, ["a", "b c", "d e"]],
  [`a''b ""`, ["ab", ""]],
  [`"a\\"b" 'a\\b'`, ['a"b', "a\\b"]],
  [`"\\n \\$x"`, ["\\n $x"]],
  ["a\\ b \\|", ["a b", "|"]],
  ["a\\", ["a\\"]],
  ["a\\\nb", ["ab"]],
  [`'|&;<>$(' "|&;<>$(x)\`"`, ["|&;<>$(", "|&;<>$(x)`"]],
  ["$HOME a$b *.py ~/x #no", ["$HOME", "a$b", "*.py", "~/x", "#no"]],
  ["http://h/?a=1", ["http://h/?a=1"]],
];
for (const [line, words] of LINES) test(`splits ${JSON.stringify(line)}`, () => assert.equal(split(line), words));

for (const operator of ["|", "&", ";", "<", ">", "`", "$("]) {
  test(`${operator} outside quotes needs a shell`, () => {
    const result = splitCommandLine([{ text: `a ${operator} b`, filled: false }]) as { problem: string; hint: string };
    assert.ok(result.problem.includes(`\`${operator}\``));
    assert.match(result.hint, /shell: true/);
  });
}

for (const line of ["'a", '"a', 'a "b\\"']) test(`${line} has an open quote`, () => assert.match(String(split(line)), /has no partner/));

test("unquoted variables are told, quoted ones not", () => {
  const result = splitCommandLine([{ text: `$PORT '$A' \\$B "$C" $1`, filled: false }]);
  assert.equal("variables" in result && result.variables, ["PORT"]);
});

test("what was filled in is split at blanks outside quotes only, and is never syntax", () => {
  const words = splitCommandLine([
    { text: "run ", filled: false },
    { text: " a|b 'c ", filled: true },
    { text: ` "`, filled: false },
    { text: `d " e`, filled: true },
    { text: `" x=`, filled: false },
    { text: "1 2", filled: true },
    { text: "z", filled: false },
  ]);
  assert.equal("words" in words && words.words, ["run", "a|b", "'c", 'd " e', "x=1", "2z"]);
});

test("a word is quoted when a shell would change it", () => {
  assert.is(quoteWord("--port=8000"), "--port=8000");
  assert.is(quoteWord("a b"), "'a b'");
  assert.is(quoteWord("it's"), "'it'\\''s'");
  assert.is(quoteWord(""), "''");
});

test.run();
