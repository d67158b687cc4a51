/**
 * Cuts SQL into tokens as SQLite's tokenize.c does, as far as it matters to what a statement is: comments and blanks are left out, and nothing
 * inside a string, a quoted name or a comment is taken for a word. What is not closed goes to the end of the text.
 */

export type TokenKind = "word" | "quoted" | "number" | "parameter" | "symbol";

export interface Token {
  readonly kind: TokenKind;
  /** As it stands in the text. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** U+FEFF is a blank to SQLite only where a token begins; inside a name it is a letter, as is everything from U+0080 on. */
const BLANK = String.raw`[ \t\n\v\f\r\ufeff]+|--[^\n]*|/\*[\s\S]*?(?:\*/|$)`;
const QUOTED = String.raw`'[^']*(?:''[^']*)*(?:'|$)|"[^"]*(?:""[^"]*)*(?:"|$)|${"`[^`]*(?:``[^`]*)*(?:`|$)"}|\[[^\]]*(?:\]|$)`;
const WORD = String.raw`[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*`;
const NUMBER = String.raw`\d[\w.$\u0080-\uffff]*`;
const PARAMETER = String.raw`\?\d*|[:@$#](?:[\w$\u0080-\uffff]|::)+(?:\([^\s)]*\))?`;
const KINDS: readonly TokenKind[] = ["quoted", "word", "number", "parameter", "symbol"];

/** The tokens of a text, in its order. */
export function tokensOf(sql: string): Token[] {
  const token = new RegExp(`(?:${BLANK})|(${QUOTED})|(${WORD})|(${NUMBER})|(${PARAMETER})|([^])`, "gy");
  const tokens: Token[] = [];
  for (let match = token.exec(sql); match !== null; match = token.exec(sql)) {
    const kind = KINDS.find((_, group) => match?.[group + 1] !== undefined);
    if (kind) tokens.push({ kind, text: match[0], start: match.index, end: token.lastIndex });
  }
  return tokens;
}

/** A keyword in capitals, or "" where the token is missing or no bare word: quoted, no word is a keyword. */
export function keyword(token: Token | undefined): string {
  return token?.kind === "word" ? token.text.toUpperCase() : "";
}

/** The name that a bare or quoted word gives, in small letters; null of what is no name. */
export function nameIn(token: Token | undefined): string | null {
  if (token?.kind === "word") return token.text.toLowerCase();
  return token?.kind === "quoted" ? token.text.slice(1, -1).toLowerCase() : null;
}
