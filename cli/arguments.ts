import { nearest } from "../core/config/suggest.ts";
import { GhostError } from "../core/errors/ghost-error.ts";
import { type Command, GLOBAL_FLAGS } from "./command.ts";

/** What was typed after the verb. */
export interface Arguments {
  readonly positional: readonly string[];
  /** What stood after `--`. */
  readonly passed: readonly string[];
  /** By long name in camel case: text for options with a value, else true or false. */
  readonly options: Readonly<Record<string, string | boolean>>;
  /** All values of options that were given more than once, in their order. */
  readonly repeated?: Readonly<Record<string, readonly string[]>>;
}

/** Put before values that look like numbers, because the parser would turn `007` into 7; taken off again afterwards. */
const TEXT_MARK = "\u0000";
const NUMBER_LIKE = /^-?(\d|\.\d)/;

/** The verb in a command line: the first word that is neither an option nor `--home`'s value. */
export function findVerb(words: readonly string[]): { readonly verb: string | null; readonly rest: readonly string[] } {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") break;
    if (word === "--home") index += 1;
    else if (!word.startsWith("-")) return { verb: word, rest: [...words.slice(0, index), ...words.slice(index + 1)] };
  }
  return { verb: null, rest: words };
}

/**
 * Parses a line of names and global flags alone, as most are; null if there is more to it. The parser proper costs 1.7 ms,
 * a seventh of what a whole `ghost status` may take.
 */
export function parsePlainArguments(command: Command, words: readonly string[]): Arguments | null {
  const options: Record<string, string | boolean> = { json: false, quiet: false, help: false };
  for (const { flags } of command.flags) if (flags.startsWith("--no-")) options[camelCase(flags.slice("--no-".length))] = true;
  const positional: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const value = words[index + 1];
    if (!word.startsWith("-")) positional.push(word);
    else if (word === "--json") options.json = true;
    else if (word === "--quiet" || word === "-q") options.quiet = true;
    else if (word === "--home" && value && !value.startsWith("-")) options.home = words[++index] ?? "";
    else return null;
  }
  return positional.length > command.argumentsMax ? null : { positional, passed: [], options };
}

/** Parses what follows `verb`. Unknown options, missing values and too many arguments are usage errors. */
export async function parseArguments(verb: string, command: Command, words: readonly string[]): Promise<Arguments> {
  const { cac } = await import("cac");
  const cli = cac("ghost");
  for (const { flags, about } of GLOBAL_FLAGS) cli.option(flags, about);
  const target = cli.command(verb, command.summary);
  for (const { flags, about } of command.flags) target.option(flags, about);
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  cli.parse(["", "ghost", verb, ...words.slice(0, end).map(markNumbers)], { run: false });
  refuseUnknown(verb, Object.keys(cli.options), [...target.options, ...cli.globalCommand.options], (option) =>
    command.hintFor?.(option, words),
  );
  const options = Object.fromEntries(Object.entries(cli.options).map(([name, value]) => [name, asText(value)]));
  for (const { name, names, required, rawName } of [...target.options, ...cli.globalCommand.options]) {
    if (required && names.some((each) => options[each] === true || options[each] === ""))
      throw usage(verb, `option ${rawName} needs a value`);
    options[name] ??= false;
  }
  const positional = cli.args.map((argument) => String(asText(argument)));
  if (positional.length > command.argumentsMax) throw tooMany(verb, command, positional);
  return { positional, passed: words.slice(end + 1), options, repeated: repeatedIn(cli.options) };
}

/** An empty word is a variable of the shell that is not set, and would mean something else: nothing, all, or this folder. Throws USAGE. */
export function refuseEmpty(verb: string, { takesEmpty }: Command, { positional }: Arguments): void {
  if (!takesEmpty && positional.includes("")) throw usage(verb, "one of its arguments is empty");
}

function tooMany(verb: string, { argumentsMax, hintForExtra }: Command, words: readonly string[]): GhostError {
  const hint = hintForExtra?.(words.slice(argumentsMax), words);
  return usage(verb, `${words[argumentsMax]} is one argument too many`, hint === undefined ? "" : `${hint}; `);
}

function refuseUnknown(
  verb: string,
  given: readonly string[],
  known: readonly { names: string[]; negated: boolean }[],
  hintFor: (option: string) => string | null | undefined,
): void {
  const names = known.flatMap((option) => option.names);
  for (const name of given) {
    if (name === "--" || names.includes(name)) continue;
    const meant = nearest(
      name,
      names.filter((each) => each.length > 1),
    );
    const hints = [meant === null ? null : `did you mean ${dashed(meant)}?`, hintFor(dashed(name))].filter(Boolean);
    const why = `it has no option ${dashed(name)}`;
    if (hints.length === 0) throw usage(verb, why);
    throw usage(verb, why, `${hints.join(" ")}${hints.at(-1)?.endsWith("?") ? " " : "; "}`);
  }
}

/** A usage error of `verb`: `cannot run ghost VERB: why`. */
export function usage(verb: string, why: string, suggestion = ""): GhostError {
  return new GhostError("USAGE", `cannot run ghost ${verb}: ${why}`, { hint: `${suggestion}ghost ${verb} --help shows what it takes` });
}

/** An action that a verb does not have: `there is no NAME`, and the one that was meant or all. */
export function noSuchAction(verb: string, name: string, known: readonly string[]): GhostError {
  const meant = nearest(name, known);
  return usage(verb, `there is no ${name}`, meant === null ? `it knows ${known.join(", ")}; ` : `did you mean ghost ${verb} ${meant}? `);
}

/** An option as it is typed: `--if-version`. */
export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function markNumbers(word: string): string {
  // Empty, the parser takes it for 0; a lone dash, which means standard output, for an option.
  if (word === "" || word === "-") return TEXT_MARK + word;
  if (NUMBER_LIKE.test(word)) return word.startsWith("-") ? word : TEXT_MARK + word;
  const value = /^(--[^=]+=)(.*)$/s.exec(word);
  return value ? `${value[1]}${TEXT_MARK}${value[2]}` : word;
}

function repeatedIn(options: Readonly<Record<string, unknown>>): Record<string, readonly string[]> {
  const lists = Object.entries(options).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[0] !== "--");
  return Object.fromEntries(lists.map(([name, values]) => [name, values.map((value) => String(asText(value)))]));
}

/** An option that was given twice, spelt alike: the later wins, as everywhere. */
function asText(value: unknown): string | boolean {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === "boolean" ? last : String(last).replace(TEXT_MARK, "");
}
