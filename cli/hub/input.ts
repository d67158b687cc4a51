import { readFileSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";
import { isTerminal } from "../output/terminal.ts";

/** A string, which is passed over, or a number. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;
const WHOLE = /^-?\d+$/;

/**
 * What a word says, or standard input where the word is `-` or, with something in the pipe, missing; one line end at its end is not part of it. `what` names it in the
 * usage error of a missing word.
 */
export function wordOrInput(context: Context, word: string | undefined, what: string): string {
  if (word !== undefined && word !== "-") return word;
  if (word === undefined && isTerminal(0)) throw usage(context.verb, `it needs ${what}`, "write it, or - and give it on standard input; ");
  return readFileSync(0, "utf8").replace(/\r?\n$/, "");
}

/**
 * The value that a person wrote: what it is in JSON, else the text itself. `asText`: always the text. Throws USAGE for a whole number beyond 2^53, which would come out as
 * another one.
 */
export function valueIn(text: string, asText: boolean): unknown {
  if (asText) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const lost = text.match(STRING_OR_NUMBER)?.find((token) => WHOLE.test(token) && !Number.isSafeInteger(Number(token)));
  if (lost === undefined) return value;
  throw new GhostError("USAGE", `cannot send ${lost} as a number: beyond 2^53 it would come out as another one`, {
    hint: "write it in quotes, or take all as it is written with --text",
  });
}
