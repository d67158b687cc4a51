import type { Piece } from "./interpolate.ts";

/** The words of a command line, or why it cannot be split without a shell. */
export type Words =
  | { readonly words: readonly string[] /** Unquoted `$NAME`s that are passed as they stand. */; readonly variables: readonly string[] }
  | { readonly problem: string; readonly hint: string /** True when only a shell could run it. */; readonly needsShell: boolean };

/**
 * Splits a command line into words as `/bin/sh` would: blanks separate, `'…'` is literal, in `"…"` a backslash escapes `" \ $` and the backtick,
 * elsewhere it escapes any character. What was filled in from a variable is split at blanks only outside quotes, and never read as syntax, as in a shell.
 * Globs, `~` and `$NAME` are left alone. What only a shell can do (`| & ; < > $(…)` and backticks outside quotes) is refused.
 */
export function splitCommandLine(pieces: readonly Piece[]): Words {
  if (!pieces.some(({ text, filled }) => !filled && SYNTAX.test(text))) return { words: plainWords(pieces), variables: [] };
  const splitter = new Splitter();
  for (const piece of pieces) {
    if (piece.filled) splitter.addFilled(piece.text);
    else for (let i = 0; i < piece.text.length; i++) splitter.addCharacter(piece.text, i);
    if (splitter.operator !== null) return needsShell(splitter.operator);
  }
  return splitter.finish();
}

/** Characters that mean something besides themselves, blanks excepted. Most command lines have none. */
const SYNTAX = /["'\\|&;<>`$]/;

function plainWords(pieces: readonly Piece[]): string[] {
  const text = pieces.map((piece) => piece.text).join("");
  return text.split(/\s+/).filter((word) => word !== "");
}

/** A word as a shell must be given it: unchanged where that is safe, else in single quotes. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function needsShell(operator: string): Words {
  return {
    problem: `\`${operator}\` outside quotes is for a shell, and no shell is run`,
    hint: "add `shell: true`, or quote it",
    needsShell: true,
  };
}

class Splitter {
  operator: string | null = null;
  private readonly words: string[] = [];
  private readonly variables: string[] = [];
  private word: string | null = null;
  private quote: "'" | '"' | null = null;
  private escaped = false;

  addFilled(text: string): void {
    if (this.quote !== null || this.escaped) {
      this.escaped = false;
      return this.append(text);
    }
    for (const [part] of text.matchAll(/\s+|\S+/g)) {
      if (part.trim() === "") this.endWord();
      else this.append(part);
    }
  }

  addCharacter(text: string, index: number): void {
    const character = text.charAt(index);
    if (this.escaped) this.addEscaped(character);
    else if (this.quote === "'") this.addQuoted(character);
    else if (character === "\\") this.escaped = true;
    else if (this.quote === '"') this.addQuoted(character);
    else this.addPlain(character, text, index);
  }

  finish(): Words {
    if (this.quote !== null)
      return { problem: `a ${this.quote} has no partner`, hint: "close the quote, or escape it with a backslash", needsShell: false };
    if (this.escaped) this.append("\\");
    this.endWord();
    return { words: this.words, variables: this.variables };
  }

  private addEscaped(character: string): void {
    this.escaped = false;
    if (character === "\n") return;
    const kept = this.quote === '"' && !'"\\$`'.includes(character);
    this.append(kept ? `\\${character}` : character);
  }

  private addQuoted(character: string): void {
    if (character === this.quote) this.quote = null;
    else this.append(character);
  }

  private addPlain(character: string, text: string, index: number): void {
    if (character === "'" || character === '"') {
      this.quote = character;
      return this.append("");
    }
    if (/\s/.test(character)) return this.endWord();
    const operator = operatorAt(character, text, index);
    if (operator !== null) this.operator ??= operator;
    if (character === "$") this.noteVariable(text, index);
    this.append(character);
  }

  private noteVariable(text: string, index: number): void {
    const name = /^\$([A-Za-z_][A-Za-z0-9_]*)/.exec(text.slice(index, index + VARIABLE_LENGTH_MAX))?.[1];
    if (name !== undefined) this.variables.push(name);
  }

  private append(text: string): void {
    this.word = (this.word ?? "") + text;
  }

  private endWord(): void {
    if (this.word !== null) this.words.push(this.word);
    this.word = null;
  }
}

/** How far the name after a `$` is read, in characters, for a warning. */
const VARIABLE_LENGTH_MAX = 64;

function operatorAt(character: string, text: string, index: number): string | null {
  if ("|&;<>`".includes(character)) return character;
  return character === "$" && text[index + 1] === "(" ? "$(" : null;
}
