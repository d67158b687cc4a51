import { SAGA_STATES } from "../../core/saga/result.ts";
import type { Command, Flag } from "../command.ts";

/** The shells that there is a completion script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Every verb that the help shows, in its order. */
export type Entries = readonly (readonly [verb: string, command: Command])[];

/** Verbs whose arguments are names of processes; names come from `ghost list --quiet`. */
export const TAKES_NAMES = [
  "start",
  "stop",
  "restart",
  "reload",
  "trigger",
  "metrics",
  "export",
  "scale",
  "signal",
  "delete",
  "graph",
  "list",
  "status",
  "why",
  "logs",
  "env",
  "monitor",
];
/** Verbs whose arguments may be files. */
export const TAKES_FILES = ["register", "plan", "start", "up", "down", "ci", "run", "test"];
/** Verbs whose arguments may be folders. */
export const TAKES_FOLDERS = ["sdk"];

/** What comes next, by the names before it. */
export const WORDS: Readonly<Record<string, string>> = {
  daemon: "start stop restart status logs install uninstall",
  hub: "status start stop restart token",
  bus: "pub sub request stream",
  "bus stream": "add read tail create groups pending dead retry",
  saga: "list show retry skip",
  sdk: "list update",
  data: "get set del scan incr query exec shell backup rotate-key invalidate",
  group: "list status start stop restart create delete",
  export: "systemd compose yaml",
  completions: SHELLS.join(" "),
};

/** Actions whose next argument is a file. */
export const ACTIONS_WITH_FILES = ["data backup"];

/**
 * Verbs whose words `ghost complete` tells: what the hub knows, as far as it runs (channels, streams, keys, sagas), and apps. Such names may hold anything, and no shell may
 * take them for code.
 */
export const ASKS = ["bus", "data", "saga", "run", "test", "sdk"];

/** An option whose values `ghost complete` tells. */
export interface AskedValue {
  readonly verb: string;
  readonly long: string;
  readonly short?: string;
  /** Folders and archives are values, too. */
  readonly archives?: boolean;
}

/** Options whose values `ghost complete` tells. */
export const ASKED_VALUES: readonly AskedValue[] = [
  { verb: "create", long: "template", short: "t", archives: true },
  { verb: "data", long: "namespace" },
  { verb: "saga", long: "namespace" },
];

/** Options with few values, which never change. */
export const FIXED_VALUES: readonly { readonly verb: string; readonly long: string; readonly words: string }[] = [
  { verb: "saga", long: "state", words: SAGA_STATES.join(" ") },
];

/** `--long` of each option that has a long name. */
export function longNames(flags: readonly Flag[]): string[] {
  return flags.map((flag) => /--[\w-]+/.exec(flag.flags)?.[0] ?? "").filter((name) => name !== "");
}

/** In single quotes, as all three shells read them. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
