import { test } from "uvu";
import * as assert from "uvu/assert";
import { compileGlob } from "./glob.ts";

const cases: readonly (readonly [pattern: string, matching: readonly string[], others: readonly string[]])[] = [
  ["", [""], ["a"]],
  ["abc", ["abc"], ["", "ab", "abcd", "xabc", "ABC"]],
  ["*", ["a", "a:b", "\n", "\xff"], [""]],
  ["***", ["a", "abc"], [""]],
  ["abc*", ["abc", "abcd", "abc*"], ["ab", "xabc", ""]],
  ["*abc", ["abc", "xabc", "abcabc"], ["abcx", ""]],
  ["*abc*", ["abc", "xabcx"], ["ab", "acb"]],
  ["a*c", ["ac", "abc", "a:b:c", "acc"], ["a", "c", "acb", ""]],
  ["a*a", ["aa", "aba"], ["a", "ab"]],
  ["*a*b*a*", ["aba", "xaxbxax", "abba"], ["aab", "bab"]],
  ["h?llo", ["hello", "hallo", "h\xffllo"], ["hllo", "heello"]],
  ["?", ["a", "*"], ["", "ab"]],
  ["a?*", ["ab", "abc"], ["a"]],
  ["*?", ["a", "ab"], [""]],
  ["h[ae]llo", ["hello", "hallo"], ["hillo", "h[ae]llo", "hllo"]],
  ["h[^e]llo", ["hallo", "h^llo"], ["hello", "hllo"]],
  ["h[e^]llo", ["hello", "h^llo"], ["hallo"]],
  ["[a-c]", ["a", "b", "c"], ["d", "-", "A"]],
  ["[c-a]", ["a", "b", "c"], ["d", "-"]],
  ["[a-cx-z]*", ["b1", "y"], ["d", "-"]],
  ["[a-]", ["a", "^", "]", "_"], ["-", "b"]],
  ["[-a]", ["-", "a"], ["b"]],
  ["[a-", ["a", "-"], ["b", "["]],
  ["[abc", ["a", "c"], ["[abc", "d"]],
  ["[^abc", ["d", "x"], ["a", "", "dd"]],
  ["[", [], ["[", ""]],
  ["[^", ["a", "["], ["", "ab"]],
  ["[]", [], ["", "]", "[]"]],
  ["[]a]", [], ["]a]", "a]", "]"]],
  ["[^]", ["a", "]"], ["", "ab"]],
  ["[\\]]", ["]"], ["\\", "a"]],
  ["[\\a-z]", ["a", "-", "z"], ["b", "\\"]],
  ["[a\\", ["a", "\\"], ["b"]],
  ["[\x01-\xff]", ["\x01", "\xff", "\x00"], ["a", "\x80", "\x02"]],
  ["[\x80-\xff]", ["\x80", "\xc3", "\xff"], ["a", "\x00"]],
  ["\\*", ["*"], ["a", "\\*", "\\"]],
  ["a\\*b*", ["a*b", "a*bc"], ["axb"]],
  ["\\a", ["a"], ["\\a"]],
  ["a\\", ["a\\"], ["a"]],
  ["\\\\", ["\\"], ["\\\\"]],
  ["\\[a]", ["[a]"], ["a"]],
  ["?[a-c]*x?z", ["-bxyz", "-b...x-z"], ["bxyz", "-bxy"]],
];

for (const [pattern, matching, others] of cases) {
  test(`the glob ${JSON.stringify(pattern)}`, () => {
    const glob = compileGlob(pattern);
    for (const text of matching) assert.ok(glob.matches(text), `matches ${JSON.stringify(text)}`);
    for (const text of others) assert.not.ok(glob.matches(text), `does not match ${JSON.stringify(text)}`);
    for (const text of matching) assert.ok(text.startsWith(glob.prefix), `${text} begins with ${glob.prefix}`);
  });
}

test("a glob tells what its matches begin with, and whether there is only one", () => {
  const told = ["", "abc", "a\\*", "a*", "ab?c", "*", "[a]b", "x[a]*"].map((pattern) => {
    const { prefix, isLiteral } = compileGlob(pattern);
    return [pattern, prefix, isLiteral];
  });
  assert.equal(told, [
    ["", "", true],
    ["abc", "abc", true],
    ["a\\*", "a*", true],
    ["a*", "a", false],
    ["ab?c", "ab", false],
    ["*", "", false],
    ["[a]b", "", false],
    ["x[a]*", "x", false],
  ]);
});

test("hostile patterns take no longer than text and pattern are long", () => {
  const text = `${"a".repeat(20_000)}b`;
  const patterns = [
    "a*".repeat(5_000),
    `${"*a".repeat(5_000)}*c`,
    `${"*?".repeat(5_000)}c`,
    `${"*[a-b]".repeat(3_000)}c*`,
    `${"[^c]*".repeat(3_000)}c`,
  ];
  const startedAt = performance.now();
  const matched = patterns.map((pattern) => compileGlob(pattern).matches(text));
  assert.equal(matched, [true, false, false, false, false]);
  assert.ok(performance.now() - startedAt < 2_000);
});

test.run();
