import { DEPTH_MAX, type ListNode, type MapNode, type NodePair, nothing, type SyntaxNode } from "./yaml-nodes.ts";
import { PlainValues, plainScalar, Unusual } from "./yaml-plain-values.ts";

/** Control characters, and every blank but the space: where they may stand is the library's business. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
const RARE_CHARACTER = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|[^\S \n]/;
/** A key without quotes and its colon. YAML knows more keys, and longer ones. */
const KEY = /([A-Za-z0-9_][\w./-]{0,199}):(?=[ \n]|$)/y;
const ITEM = /- +(?=[^ #\n])/y;

/** The indentation of the end of the text. */
const END = -1;

/**
 * Reads a text that is made of nothing but what nearly every `processes.yaml` is made of: maps and lists by indentation, values on one line
 * (with or without quotes, or in brackets) and comments. Gives exactly what `readSyntax` gives, twenty times as fast; null for everything
 * else, errors too, which is left to it.
 */
export function readPlainSyntax(file: string, text: string): SyntaxNode | null {
  if (RARE_CHARACTER.test(text)) return null;
  try {
    return new PlainReader(file, text).read();
  } catch (error) {
    if (error instanceof Unusual) return null;
    throw error;
  }
}

class PlainReader extends PlainValues {
  /** Where the content of the present line begins, counted from its start. */
  private indent = 0;

  read(): SyntaxNode {
    this.toContent();
    if (this.indent !== 0) throw new Unusual();
    const map = this.map(0, 0);
    if (this.at < this.text.length) throw new Unusual();
    return map;
  }

  /** From the start of a line to the next content, over blank lines and comments. */
  private toContent(): void {
    for (let next = this.skipSpaces(); next === "\n" || next === "#"; next = this.skipSpaces()) this.toNextLine();
    this.indent = this.at < this.text.length ? this.at - this.lineStart : END;
  }

  private toNextLine(): void {
    const end = this.text.indexOf("\n", this.at);
    this.at = end === -1 ? this.text.length : end + 1;
    this.lineStart = this.at;
    this.line++;
  }

  /** Behind a value: in its line nothing may follow but a comment. */
  private endLine(): void {
    const end = this.at;
    const next = this.skipSpaces();
    if (next !== undefined && next !== "\n" && (next !== "#" || this.at === end)) throw new Unusual();
    this.toNextLine();
    this.toContent();
  }

  private map(indent: number, depth: number): MapNode {
    if (depth >= DEPTH_MAX) throw new Unusual();
    const place = this.place();
    const pairs: NodePair[] = [];
    do pairs.push(this.pair(indent, depth));
    while (this.indent === indent && !this.stands(ITEM));
    if (this.indent > indent) throw new Unusual();
    return { kind: "map", place, pairs };
  }

  private pair(indent: number, depth: number): NodePair {
    const key = plainScalar(this.place(), this.take(KEY));
    const behind = this.place();
    const colonEnds = this.text[this.at] !== " ";
    const next = this.skipSpaces();
    if (next !== undefined && next !== "\n" && next !== "#") return { key, value: this.valueToLineEnd(depth + 1) };
    this.endLine();
    // The items of a key's list may stand as far left as the key.
    if (this.indent > indent || (this.indent === indent && this.stands(ITEM))) return { key, value: this.block(depth + 1) };
    // Where nothing stands behind blanks is for the library to say.
    if (!colonEnds) throw new Unusual();
    return { key, value: nothing(behind) };
  }

  private block(depth: number): SyntaxNode {
    return this.stands(ITEM) ? this.list(this.indent, depth) : this.map(this.indent, depth);
  }

  private list(indent: number, depth: number): ListNode {
    if (depth >= DEPTH_MAX) throw new Unusual();
    const place = this.place();
    const items: SyntaxNode[] = [];
    do items.push(this.item(depth));
    while (this.indent === indent && this.stands(ITEM));
    if (this.indent > indent) throw new Unusual();
    return { kind: "list", place, items };
  }

  private item(depth: number): SyntaxNode {
    this.take(ITEM);
    return this.stands(KEY) ? this.map(this.at - this.lineStart, depth + 1) : this.valueToLineEnd(depth + 1);
  }

  private valueToLineEnd(depth: number): SyntaxNode {
    const value = this.value(depth);
    this.endLine();
    return value;
  }
}
