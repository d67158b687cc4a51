import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseEnvFile } from "./env-file.ts";

const FILES: [string, string, Record<string, string>][] = [
  ["plain lines", "A=1\nB=two words\n", { A: "1", B: "two words" }],
  ["comments and blank lines", "# c\n\n  # d\nA=1 # e\nB=a#b\nC=#x\n", { A: "1", B: "a#b", C: "" }],
  ["export, blanks around", "export A=1\n  B = 2 \nexport\tC=3", { A: "1", B: "2", C: "3" }],
  ["single quotes are literal", `A='a\\n "x" # y'\n`, { A: 'a\\n "x" # y' }],
  ["double quotes have escapes", `A="a\\n\\t\\"x\\" \\\\ \\$ \\q" # c\n`, { A: 'a\n\t"x" \\ $ \\q' }],
  ["several lines in quotes", `A="-----BEGIN\nabc\n-----END"\nB='x\ny'\nC=1`, { A: "-----BEGIN\nabc\n-----END", B: "x\ny", C: "1" }],
  ["nothing is filled in", 'A=$HOME/${X}\nB="${X}"', { A: "$HOME/${X}", B: "${X}" }],
  ["CRLF and byte order mark", '\uFEFFA=1\r\nB="2"\r\n', { A: "1", B: "2" }],
  ["the last of two wins", "A=1\nA=2", { A: "2" }],
  ["values with =", "A=b=c==\nB=\n", { A: "b=c==", B: "" }],
  ["odd keys", "a.b=1\nA-B=2\n__proto__=3", { "a.b": "1", "A-B": "2", ["__proto__"]: "3" }],
  ["an empty file", "", {}],
];
for (const [name, text, variables] of FILES) {
  test(name, () => {
    const file = parseEnvFile("/e", text);
    assert.equal(file.diagnostics, []);
    assert.equal(Object.entries(file.variables), Object.entries(variables));
  });
}

const BAD: [string, number, RegExp][] = [
  ["A=1\nnonsense\n", 2, /no `=`/],
  ["=1", 1, /empty/],
  ["A B=1", 1, /no blanks/],
  [`A="x\nB=1\n`, 1, /not closed/],
  [`A="1\n2" x\nB`, 2, /follows its closing quote/],
  ["A=1\0", 1, /NUL/],
];
for (const [text, line, message] of BAD) {
  test(`${JSON.stringify(text)} is told with its line`, () => {
    const [first] = parseEnvFile("/e", text).diagnostics;
    assert.is(first?.line, line);
    assert.match(first?.message ?? "", message);
  });
}

test("all errors are told, good lines count, and no value is in a message", () => {
  const { variables, diagnostics } = parseEnvFile("/e", "hunter2\nA=1\nhunter3\nP='hunter4\n");
  assert.equal(variables, { A: "1" });
  assert.equal(
    diagnostics.map((diagnostic) => diagnostic.line),
    [1, 3, 4],
  );
  assert.not.match(JSON.stringify(diagnostics), /hunter/);
});

test("a file that is too large is not read", () =>
  assert.match(parseEnvFile("/e", "A=1\n".repeat(300_000)).diagnostics[0]?.message ?? "", /larger than 1 MiB/));

test.run();
