import { test } from "uvu";
import * as assert from "uvu/assert";
import { Report } from "./diagnostics.ts";
import type { SyntaxNode } from "./yaml-nodes.ts";
import { readPlainSyntax } from "./yaml-plain.ts";
import { readSyntax } from "./yaml-syntax.ts";

/** Values in one line: what both readers know, and what only the library does. */
const VALUES = (
  "a|word two|a  b|1|022|1.10|-1|+5|5.|.5|.|-x|--flag|10s|~|null|true|False|on|127.0.0.1:80|http://x/a?b=c#d|a#b|a #c|a :b|é|日本|=a|" +
  "${V}|${V:-x}|$$x|'q'|'it''s'|''|\"d\"|\"a\\\"b\\n\"|\"\"|\"é\"|'x' #c|[]|{}|[a, b]|[ 'a' , \"b\" ]|[a b, c:d, -1, --x]|{ a: 1 }|{ a: b c, d: e:f }|" +
  "{ a: [], b: {} }|[[a],[b]]|{ 'a': x, b: [1, {c: d}] }|[a] #c|0x1f|0o17|1e3|.inf|\"\\x1b\"|a: b|a:|*a|&a b|!t x|||>|@x|%x|`x`|a\tb|a\u00a0b|[a, b,]|" +
  "[a: b]|{a}|{ a: }|[ - y]|{ a:b }|{\"e\":1}|[a b|a]b|a}b|'x'y|[a]#c|-|- a|? a|<<|'unclosed|[a|{ a: b|---|..."
).split("|");
const KEYS = "a|b|name|x-y|a.b|a/b|_z|1|null|true|'q'|\"q\"|a b|<<|${V}|é|-k|k ".split("|");
/** What is put into a text to spoil it, or not. */
const SPOILERS = ": |:|- |-| |\n|\n  |\r\n|\t|#| #|'|\"|[|]|{|}|,|&|*|!|>|?|%|@|\\|~|$|---\n|\u2028|\ufeff".split("|");

/** What is told of two readings must be the same: kinds, places and values. Undefined: an error. */
function told(node: SyntaxNode | null | undefined): unknown {
  if (!node) return node;
  const { kind, place } = node;
  switch (node.kind) {
    case "map":
      return { kind, place, pairs: node.pairs.map(({ key, value }) => [told(key), told(value)]) };
    case "list":
      return { kind, place, items: node.items.map(told) };
    case "alias":
      return { kind, place, source: node.source };
    case "scalar":
      return { kind, place, value: node.value, text: node.text, ...(typeof node.value === "string" && { plain: node.plain }) };
  }
}

/** Whether the plain reader took the text; when it did, it must have read what the library reads. */
function compare(text: string): boolean {
  const plain = readPlainSyntax("/f", text);
  if (plain) assert.equal(told(plain), told(readSyntax("/f", text, new Report())), `of ${JSON.stringify(text)}`);
  return plain !== null;
}

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class Writer {
  private readonly random: (below: number) => number;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  private pick<Item>(items: readonly Item[]): Item {
    return items[this.random(items.length)] as Item;
  }

  private blanks(oftenNone: number): string {
    return this.random(oftenNone) > 0 ? "" : " ".repeat(this.random(3));
  }

  /** A map or a list whose lines are indented by `indent`, more or less. */
  block(indent: number): string {
    const isList = indent > 0 && this.random(3) === 0;
    const lines = Array.from({ length: 1 + this.random(4) }, (_, index) => this.entry(indent, isList, index));
    return lines.join("");
  }

  private entry(indent: number, isList: boolean, index: number): string {
    const before = this.random(8) > 0 ? "" : this.pick(["\n", "   \n", "# c\n", "     # c\n"]);
    const behind = this.random(10) > 0 ? "" : this.pick([" # note", " ", "  #"]);
    const start = `${before}${" ".repeat(indent)}`;
    const nested = indent < 8 && this.random(3) === 0;
    const inner = (): string => this.block(indent + (this.random(8) > 0 ? 2 : this.random(4)));
    if (isList) return nested ? `${start}- ${inner().trimStart()}` : `${start}- ${this.blanks(8)}${this.pick(VALUES)}${behind}\n`;
    const key = this.random(8) > 0 ? `k${index}` : this.pick(KEYS);
    if (nested) return `${start}${key}:${behind}\n${inner()}`;
    return this.random(6) > 0 ? `${start}${key}: ${this.blanks(8)}${this.pick(VALUES)}${behind}\n` : `${start}${key}:${behind}\n`;
  }

  spoil(text: string): string {
    const at = this.random(text.length + 1);
    const lines = text.split("\n");
    const line = this.random(lines.length);
    switch (this.random(4)) {
      case 0:
        return text.slice(0, at) + this.pick(SPOILERS) + text.slice(at);
      case 1:
        return text.slice(0, at) + text.slice(at + 1 + this.random(3));
      case 2:
        return lines.with(line, " ".repeat(this.random(5)) + lines[line]?.trimStart()).join("\n");
      default:
        return lines.toSpliced(line, this.random(2), this.pick(lines)).join("\n");
    }
  }
}

test("each value reads the same as a map's, a list's and inside brackets", () => {
  const texts = VALUES.flatMap((value) => [
    `a: ${value}\n`,
    `a:\n  - ${value}\n  - b`,
    `a:\n- ${value}\nb: c`,
    `a: [${value}]`,
    `a: [ b, ${value} , c ]\n`,
    `a: { b: ${value} }`,
    `a: { ${value}: b }`,
    `${value}: a`,
    `a: ${value}\n  b`,
    `a: ${value}\nb`,
  ]);
  const taken = texts.filter(compare);
  assert.ok(taken.length > 250, `${taken.length} were taken`);
});

test("generated texts, good and spoilt ones, read the same", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const writer = new Writer(seed);
  let taken = 0;
  for (let round = 0; round < 6000; round++) {
    const good = writer.block(0);
    for (const text of [good, writer.spoil(good), writer.spoil(writer.spoil(good))]) if (compare(text)) taken++;
  }
  assert.ok(taken > 2000, `${taken} were taken, seed ${seed}`);
});

test("the usual is read without the library", () => {
  const text = `# A comment
project: shop

processes:
  - name: api # the first
    command: "node server.js --port \${PORT:-80}"
    environment: { NODE_ENV: production, URL: 'http://x:80/' }
    health_check:
      tcp: 127.0.0.1:80
      period: 5s
    depends_on:
      db: { condition: healthy }
      cache:
    args:
    - --flag
    - 'two words'
`;
  assert.ok(compare(text));
  assert.ok(compare(text.trimEnd()));
});

test("nesting and length have the library's limits", () => {
  for (const depth of [30, 39, 40, 41, 42, 5000]) {
    compare(`a: ${"[".repeat(depth)}${"]".repeat(depth)}`);
    compare(Array.from({ length: depth }, (_, index) => `${" ".repeat(index)}a:\n`).join(""));
  }
  assert.ok(compare(`a: ${"x ".repeat(200_000)}`));
  assert.not(compare(`a: [${"x ".repeat(200_000)}]`));
  assert.not(compare(`a: "${"\\n".repeat(200_000)}"`));
});

test.run();
