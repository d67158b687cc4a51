import type { Place } from "./diagnostics.ts";
import { DEPTH_MAX, type ListNode, type MapNode, type NodePair, nothing, type ScalarNode, type SyntaxNode } from "./yaml-nodes.ts";

/** Thrown where a text leaves what the plain reader knows. */
export class Unusual extends Error {}

/** Repetitions are bounded, so that no text makes an engine's regular expressions run out of memory. */
const SINGLE_QUOTED = /'([^'\n]*(?:''[^'\n]*){0,200})'/y;
const DOUBLE_QUOTED = /"([^"\\\n]*(?:\\["\\/nt][^"\\\n]*){0,200})"/y;
/** How a value without quotes may begin: with nothing that means something in YAML. */
const TEXT_START = /[^\s\-?:,[\]{}#&*!|>'"%@`<=]|-(?=[^\s,[\]{}])/y;
/** A whole value without quotes inside brackets, without the blanks behind it. */
const BRACKETED_TEXT =
  /(?:[^\s\-?:,[\]{}#&*!|>'"%@`<=]|-(?=[^ \n,[\]{}:#]))[^ \n,[\]{}:#]*(?:(?::| +)(?=[^ \n,[\]{}:#])[^ \n,[\]{}:#]*){0,200}/y;

const NUMBER_START = /^[-+.0-9]/;
const NUMBER = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;
/** Numbers in forms that few write: `0x1f`, `1e3`, `.inf`. */
const RARE_NUMBER =
  /^(?:0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+)$/;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...["~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
]);

/** A place in a text, and what reads values that stand in one line. */
export class PlainValues {
  protected at = 0;
  protected line = 1;
  protected lineStart = 0;
  protected readonly text: string;
  private readonly file: string;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  protected place(): Place {
    return { file: this.file, line: this.line, column: this.at - this.lineStart + 1 };
  }

  /** Undefined at the end of the text. */
  protected skipSpaces(): string | undefined {
    while (this.text[this.at] === " ") this.at++;
    return this.text[this.at];
  }

  /** Goes over what stands here; throws Unusual where it does not. Gives the expression's group. */
  protected take(expression: RegExp): string {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (!found) throw new Unusual();
    this.at += found[0].length;
    return found[1] ?? found[0];
  }

  protected stands(expression: RegExp): boolean {
    expression.lastIndex = this.at;
    return expression.test(this.text);
  }

  /** The value that begins here. `depth` is its nesting. */
  protected value(depth: number): SyntaxNode {
    const start = this.text[this.at];
    if (start === "'" || start === '"') return this.quoted(start);
    return start === "{" ? this.flowMap(depth) : start === "[" ? this.flowList(depth) : this.textToLineEnd();
  }

  private quoted(quote: string): ScalarNode {
    const place = this.place();
    const inner = this.take(quote === "'" ? SINGLE_QUOTED : DOUBLE_QUOTED);
    const value = quote === "'" ? inner.replaceAll("''", "'") : inner.includes("\\") ? (JSON.parse(`"${inner}"`) as string) : inner;
    return { kind: "scalar", place, value, text: value, broken: false, plain: false };
  }

  /** Without quotes and brackets: up to a comment. */
  private textToLineEnd(): ScalarNode {
    if (!this.stands(TEXT_START)) throw new Unusual();
    const place = this.place();
    const end = this.text.indexOf("\n", this.at);
    const rest = this.text.slice(this.at, end === -1 ? undefined : end);
    const comment = rest.indexOf(" #");
    const text = (comment === -1 ? rest : rest.slice(0, comment)).trimEnd();
    if (text.includes(": ") || text.endsWith(":")) throw new Unusual();
    this.at += text.length;
    return plainScalar(place, text);
  }

  private flowValue(depth: number): SyntaxNode {
    const start = this.skipSpaces();
    if (start === "'" || start === '"' || start === "{" || start === "[") return this.value(depth);
    return this.flowText();
  }

  private flowText(): ScalarNode {
    const place = this.place();
    return plainScalar(place, this.take(BRACKETED_TEXT));
  }

  private flowList(depth: number): ListNode {
    const place = this.place();
    const items: SyntaxNode[] = [];
    this.open(depth);
    for (let more = !this.closes("]"); more; more = this.goesOn("]")) items.push(this.flowValue(depth + 1));
    return { kind: "list", place, items };
  }

  private flowMap(depth: number): MapNode {
    const place = this.place();
    const pairs: NodePair[] = [];
    this.open(depth);
    for (let more = !this.closes("}"); more; more = this.goesOn("}")) pairs.push(this.flowPair(depth));
    return { kind: "map", place, pairs };
  }

  private flowPair(depth: number): NodePair {
    const start = this.skipSpaces();
    const key = start === "'" || start === '"' ? this.quoted(start) : this.flowText();
    if (this.text[this.at] !== ":" || this.text[this.at + 1] !== " ") throw new Unusual();
    this.at++;
    return { key, value: this.flowValue(depth + 1) };
  }

  private open(depth: number): void {
    if (depth >= DEPTH_MAX) throw new Unusual();
    this.at++;
  }

  private closes(bracket: string): boolean {
    if (this.skipSpaces() !== bracket) return false;
    this.at++;
    return true;
  }

  /** Behind an item: true at a comma, false at the bracket's end. */
  private goesOn(bracket: string): boolean {
    if (this.closes(bracket)) return false;
    if (this.text[this.at] !== ",") throw new Unusual();
    this.at++;
    return true;
  }
}

/** What YAML's core schema reads in a text without quotes. */
export function plainScalar(place: Place, text: string): ScalarNode {
  const value = plainValue(text);
  return value === null ? nothing(place) : { kind: "scalar", place, value, text, broken: false, plain: true };
}

function plainValue(text: string): string | number | boolean | null {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!NUMBER_START.test(text)) return text;
  if (NUMBER.test(text)) return Number.parseFloat(text);
  if (RARE_NUMBER.test(text)) throw new Unusual();
  return text;
}
