import { connect, type DaemonClient } from "../runtime/client/client.ts";
import type { StartPolicy } from "../runtime/client/connect.ts";
import { homeFolder } from "../runtime/client/home.ts";
import { type Arguments, dashed, usage } from "./arguments.ts";
import { loadPaint, type Paint } from "./output/paint.ts";
import { writeFully } from "./output/stream.ts";
import { isTerminal, type Terminal, terminalAt } from "./output/terminal.ts";

/** Everything that a command may know and do; made once by `main.ts`. */
export interface Context {
  readonly verb: string;
  readonly names: readonly string[];
  /** What stood after `--`. */
  readonly passed: readonly string[];
  /** Absolute. */
  readonly home: string;
  readonly version: string;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Where it was typed; absolute. Throws DIRECTORY_NOT_FOUND where that folder is gone. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True when a person can be asked: standard input and error are a terminal, and CI is not set. */
  readonly interactive: boolean;
  /** Standard output's and standard error's terminal, looked at when first asked for. */
  readonly output: Terminal;
  readonly messages: Terminal;
  /** Aborted by the first ^C or SIGTERM, once somebody asked for it; the second ends the program at once. */
  readonly interruption: AbortSignal;
  /** The value of an option, or undefined where it was not given. */
  text(option: string): string | undefined;
  /** All values of an option that may be given more than once. */
  texts(option: string): readonly string[];
  flag(option: string): boolean;
  /** The colours of standard output and of standard error. */
  paint(): Promise<Paint>;
  messagePaint(): Promise<Paint>;
  /** Writes lines to standard output. */
  print(...lines: readonly string[]): void;
  /** Writes a JSON value to standard output: indented on a terminal, else in one line. */
  printJson(value: unknown): void;
  /** Tells something on standard error; with `--quiet` or `--json` nothing. */
  say(...lines: readonly string[]): void;
  /** Tells a warning on standard error, with `--json` too, which keeps standard output clean; with `--quiet` nothing. */
  warn(text: string): void;
  /** The daemon's client. `warn` is told of a daemon of another version; default: the context's own. */
  connect(start: StartPolicy, warn?: (text: string) => void): DaemonClient;
}

/** What `main.ts` learnt from the system. */
export interface Surroundings {
  readonly version: string;
  /** Throws DIRECTORY_NOT_FOUND where it is gone: to be asked for by who needs it. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Builds the context of one command. */
export function makeContext(verb: string, { positional, passed, options, repeated }: Arguments, surroundings: Surroundings): Context {
  const { version, environment } = surroundings;
  const json = options.json === true;
  const quiet = options.quiet === true;
  const home = homeFolder(typeof options.home === "string" ? options.home : undefined, environment);
  let output: Terminal | undefined;
  let messages: Terminal | undefined;
  let interruption: AbortSignal | undefined;
  const warn = (text: string): void => (quiet ? undefined : writeFully(2, `warning: ${text}\n`));
  const context: Context = {
    verb,
    names: positional,
    passed,
    home,
    version,
    json,
    quiet,
    get directory() {
      return surroundings.directory;
    },
    environment,
    get interactive() {
      return !json && !isSet(environment.CI) && isTerminal(0) && isTerminal(2);
    },
    get output() {
      output ??= terminalAt(1, environment);
      return output;
    },
    get messages() {
      messages ??= terminalAt(2, environment);
      return messages;
    },
    get interruption() {
      interruption ??= listenForInterruption();
      return interruption;
    },
    text: (option) => (typeof options[option] === "string" ? options[option] : undefined),
    texts: (option) => repeated?.[option] ?? (typeof options[option] === "string" ? [options[option]] : []),
    flag: (option) => options[option] === true,
    paint: () => loadPaint(context.output.colour),
    messagePaint: () => loadPaint(context.messages.colour),
    print: (...lines) => (lines.length > 0 ? writeFully(1, `${lines.join("\n")}\n`) : undefined),
    printJson: (value) => writeFully(1, `${JSON.stringify(value, null, context.output.isTerminal ? 2 : undefined)}\n`),
    say: (...lines) => (json || quiet || lines.length === 0 ? undefined : writeFully(2, `${lines.join("\n")}\n`)),
    warn,
    connect: (start, tell = warn) => connect(home, { start, version, warn: tell }),
  };
  return context;
}

function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

/** Whether a variable says yes: CI and the like. */
export function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** The value of an option that counts, e.g. `-n 20`: a whole number, at least 0. */
export function countOption(context: Context, option: string, byDefault: number): number {
  const text = context.text(option);
  if (text === undefined) return byDefault;
  if (!/^\d{1,9}$/.test(text)) throw usage(context.verb, `${dashed(option)} takes a whole number, not ${text}`);
  return Number(text);
}
