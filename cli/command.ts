import type { Context } from "./context.ts";

/** One option: `-n, --lines <N>`, what it does, as the help shows it. Angle brackets mean that it takes a value. */
export interface Flag {
  readonly flags: string;
  readonly about: string;
}

/** A verb: everything that the parser, the help and the dispatcher need. One file in `commands/` each. */
export interface Command {
  /** What stands after the verb, e.g. `NAME… [--force]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** More, for `ghost VERB --help`. */
  readonly about?: string;
  readonly flags: readonly Flag[];
  /** How many arguments it takes at most. */
  readonly argumentsMax: number;
  /** True: an argument may be empty, as a message or a value may. Default false. */
  readonly takesEmpty?: boolean;
  /** Lines such as `ghost stop api`. */
  readonly examples: readonly string[];
  /** The exit code of a failure of Ghost's own, where 1 to 5 could be the program's; default: the error's. */
  readonly failureCode?: number;
  /** What to say of an option that it does not have, e.g. one of another tool, given the words after the verb; null: nothing in particular. */
  readonly hintFor?: (option: string, words: readonly string[]) => string | null;
  /** What to say of arguments that are too many, given them and all words; without the full stop. */
  readonly hintForExtra?: (extra: readonly string[], words: readonly string[]) => string;
  /** Gives the exit code; throws a GhostError for every failure that has no output of its own. */
  run(context: Context): Promise<number>;
}

/** Options that every command takes. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  { flags: "--json", about: "Print one JSON value (of a stream, one a line) and nothing else" },
  { flags: "--home <DIR>", about: "Work on this home instead of GHOST_HOME or ~/.ghost" },
  { flags: "-q, --quiet", about: "Say nothing but errors" },
  { flags: "-h, --help", about: "Show this help" },
];
