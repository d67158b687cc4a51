import { GhostError } from "../errors/ghost-error.ts";

/** Characters of one text that a pattern is tried on; what is longer is looked at so far. */
export const MATCHED_CHARACTERS_MAX = 65_536;

/** A regular expression in the syntax of RE2. */
export interface Pattern {
  /** Whether the text, as far as it is looked at, contains a match. Takes time in proportion to the text, whatever the pattern. */
  matches(text: string): boolean;
}

/**
 * Makes a pattern. JavaScript's own expressions can take years for a line of 40 characters, and nothing can stop them: a
 * check may be tried on whatever a program writes, so the engine is one of linear time, which has neither look-around nor
 * back-references. It is loaded when the first pattern is made. Throws CONFIG_INVALID.
 */
export async function compilePattern(source: string): Promise<Pattern> {
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(source);
    return { matches: (text) => compiled.matcher(text.slice(0, MATCHED_CHARACTERS_MAX)).find() };
  } catch (error) {
    throw new GhostError("CONFIG_INVALID", `cannot use the pattern ${source}: ${(error as Error).message}`, {
      hint: "patterns are those of RE2: no (?=…), (?!…), (?<=…) and no \\1",
    });
  }
}
