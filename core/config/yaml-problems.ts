import type { ErrorCode } from "yaml";

interface Sentence {
  readonly why: string;
  readonly hint?: string;
  /** True: it unsettles the reading so much that errors in later lines only follow from it. */
  readonly upsets?: true;
}

const SENTENCES: Partial<Record<ErrorCode, Sentence>> = {
  TAB_AS_INDENT: { why: "a tab is used to indent", hint: "YAML indents with spaces" },
  BAD_INDENT: { why: "this line is not indented as its neighbours are", hint: "give all keys of one map the same number of spaces" },
  BLOCK_AS_IMPLICIT_KEY: { why: "a map begins where a value should stand", hint: "put quotes around a value that contains `: `" },
  BLOCK_IN_FLOW: { why: "a block begins inside [ ] or { }", hint: "close the bracket first" },
  MULTILINE_IMPLICIT_KEY: { why: "a key stretches over several lines", hint: "is a `:` missing, or a quote not closed?" },
  BAD_ALIAS: { why: "an alias has no name", hint: "put quotes around a value that begins with `*`" },
  BAD_SCALAR_START: { why: "a value begins with a character that YAML reserves", hint: "put quotes around it" },
  BAD_DQ_ESCAPE: { why: "an escape in double quotes is not one that YAML knows", hint: "double the backslash, or use single quotes" },
  MULTIPLE_DOCS: { why: "a second document begins after `---`", hint: "keep one document a file; several files can be given" },
  RESOURCE_EXHAUSTION: { why: "it is nested too deeply" },
};

/** What a YAML syntax error in a line means, in plain words: the end of "cannot read this as YAML: ". */
export function yamlProblem(code: ErrorCode, message: string, line: string): Sentence {
  if (hasBareVariable(line))
    return { why: "inside { } and [ ] a variable is read as a bracket", hint: 'put quotes around it: "${VAR}"', upsets: true };
  if (/^Flow (sequence|map)/.test(message)) return { why: "a [ or { is not closed", hint: "close it, and indent what is inside" };
  if (code === "MISSING_CHAR" && /quote/.test(message))
    return { why: "a quote is not closed", hint: "close it, or double it inside single quotes" };
  if (/^Sequence item without/.test(message))
    return { why: "this line is not indented as its neighbours are", hint: "give all keys of one map the same number of spaces" };
  return SENTENCES[code] ?? { why: plain(message), hint: hintFor(code) };
}

/** Whether a `${` stands behind an opening bracket and outside of quotes, alone or within a word: as far as one line tells, in one look at each character. */
function hasBareVariable(line: string): boolean {
  let quote = "";
  let depth = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === "#" && /\s/.test(line.charAt(at - 1))) return false;
    else if (line.startsWith("${", at)) {
      if (depth > 0) return true;
      at++;
    } else if (/[[{]/.test(character)) depth++;
    else if (/[\]}]/.test(character)) depth = Math.max(0, depth - 1);
    // In the middle of a word an apostrophe is one.
    else if (/["']/.test(character) && /[\s,:[{]/.test(line.charAt(at - 1))) quote = character;
  }
  return false;
}

function plain(message: string): string {
  const first = message.split("\n")[0] ?? message;
  return first.charAt(0).toLowerCase() + first.slice(1).replace(/[.:]$/, "");
}

function hintFor(code: ErrorCode): string | undefined {
  if (code === "TAG_RESOLVE_FAILED") return "remove the `!…` before the value; put quotes around a value that begins with `!`";
  if (code === "UNEXPECTED_TOKEN" || code === "MISSING_CHAR")
    return "is a `:`, a quote or a bracket missing on this line or the one before?";
  return undefined;
}
