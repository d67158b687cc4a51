/** The table of all commands. */
import { type Arguments, isWord, textAt, wordAt } from "./arguments.ts";
import type { Client } from "./client.ts";
import type { Hub } from "./hub.ts";

/** What a command is given. Its reply goes to `hub.output`; it throws a ReplyError to refuse. */
export type Run = (hub: Hub, client: Client, args: Arguments) => void;

export interface CommandSpec {
  /** Of a command that is a family: its members, names in upper case. Its own `run` is not called. */
  readonly subcommands?: Readonly<Record<string, CommandSpec>>;
  /** How many words, the name counted; negative: at least so many (as Redis's COMMAND tells it). */
  readonly arity: number;
  readonly run: Run;
  /** Changes keys: the reply waits until that is on disk. */
  readonly isWrite?: boolean;
  /** Reads keys. */
  readonly isRead?: boolean;
  /** Allowed to a RESP2 client that is subscribed. */
  readonly whileSubscribed?: boolean;
  /** Allowed before AUTH. */
  readonly beforeAuth?: boolean;
  /** Runs at once between MULTI and EXEC. */
  readonly inMulti?: boolean;
  /** Refused between MULTI and EXEC. */
  readonly notInMulti?: boolean;
  /** First key, last key, step, as COMMAND tells them. */
  readonly keys?: readonly [number, number, number];
}

export interface Command extends CommandSpec {
  /** Lower case; of a member of a family `family|member`. */
  readonly name: string;
  readonly members?: ReadonlyMap<string, Command>;
}

const COMMANDS = new Map<string, Command>();
/** The last ones that were asked for, by the length and first letter of the word, so that no text is made of a word that was just used. */
const RECENT = 256;
const RECENT_COMMANDS: ({ word: string; command: Command } | undefined)[] = new Array(RECENT).fill(undefined);

/** Adds commands; names are in lower case. */
export function define(commands: Readonly<Record<string, CommandSpec>>): void {
  for (const [name, spec] of Object.entries(commands)) {
    const command = make(name, spec);
    COMMANDS.set(name, command);
    COMMANDS.set(name.toUpperCase(), command);
  }
}

function make(name: string, spec: CommandSpec): Command {
  const subcommands: Readonly<Record<string, CommandSpec>> = spec.subcommands
    ? { HELP: help(name, Object.keys(spec.subcommands)), ...spec.subcommands }
    : {};
  const members = Object.entries(subcommands).map(([member, own]) => [member, make(`${name}|${member.toLowerCase()}`, own)] as const);
  return {
    ...spec,
    isRead: spec.isRead ?? false,
    isWrite: spec.isWrite ?? false,
    name,
    ...(members.length > 0 && { members: new Map(members) }),
  };
}

/** What a family answers to HELP unless it has words of its own. */
function help(name: string, members: readonly string[]): CommandSpec {
  const lines = [`${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`, ...members, "HELP"];
  return {
    arity: 2,
    run: ({ output }) => {
      output.array(lines.length);
      for (const line of lines) output.simple(line);
    },
  };
}

/** What a family does by itself: it is never run. */
export const FAMILY: Run = () => undefined;

/** The command that the first words name: of a family its member, or the family where there is no such member; undefined: there is none. */
export function findCommand(args: Arguments): Command | undefined {
  const place =
    ((args.buffer[args.starts[0] as number] as number) * 31 + (args.ends[0] as number) - (args.starts[0] as number)) & (RECENT - 1);
  const recent = RECENT_COMMANDS[place];
  if (recent && isWord(args, 0, recent.word)) return memberOf(recent.command, args);
  const word = textAt(args, 0);
  const command = COMMANDS.get(word) ?? COMMANDS.get(word.toLowerCase());
  if (command) RECENT_COMMANDS[place] = { word, command };
  return memberOf(command, args);
}

function memberOf(command: Command | undefined, args: Arguments): Command | undefined {
  if (!command?.members || args.count < 2) return command;
  return command.members.get(wordAt(args, 1)) ?? command;
}

/** A command by its name, in any case. */
export function commandNamed(name: string): Command | undefined {
  return COMMANDS.get(name.toLowerCase());
}

/** All commands. */
export function allCommands(): Command[] {
  return [...new Set(COMMANDS.values())];
}
