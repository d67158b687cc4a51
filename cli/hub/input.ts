import { readFileSync } from "node:fs";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";
import { isTerminal } from "../output/terminal.ts";

/**
 * What a word says, or standard input where the word is `-` or, with something in the pipe, missing; one line end at its end is not part of it. `what` names it in the
 * usage error of a missing word.
 */
export function wordOrInput(context: Context, word: string | undefined, what: string): string {
  if (word !== undefined && word !== "-") return word;
  if (word === undefined && isTerminal(0)) throw usage(context.verb, `it needs ${what}`, "write it, or - and give it on standard input; ");
  return readFileSync(0, "utf8").replace(/\r?\n$/, "");
}

/** The value that a person wrote: what it is in JSON, else the text itself. `asText`: always the text. */
export function valueIn(text: string, asText: boolean): unknown {
  if (asText) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
