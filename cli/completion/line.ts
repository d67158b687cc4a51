import { type Flag, GLOBAL_FLAGS } from "../command.ts";

/** What the word at the cursor may be, where that is for the hub to say, or for the home. */
export interface WantedWords {
  readonly kind: "channels" | "streams" | "keys" | "values" | "namespaces" | "sagas" | "saga-ids" | "apps" | "templates";
  /** From the verb on, those before it. */
  readonly names: readonly string[];
  /** What is typed of it. */
  readonly prefix: string;
  readonly namespace: string | null;
  readonly home: string | null;
}

/**
 * What is to be completed in a line: its words from the verb to the one at the cursor, which may be empty. `flags` are the verb's. Null where
 * neither hub nor home knows anything of it.
 */
export function wantedIn(line: readonly string[], flags: readonly Flag[]): WantedWords | null {
  const prefix = line.at(-1) ?? "";
  const { names, values, open } = read(line.slice(0, -1), flags);
  const [namespace, home] = [values.get("--namespace") ?? null, values.get("--home") ?? null];
  const kind = open === null ? kindAfter(names) : kindOfValue(open);
  if (kind === null || line.slice(0, -1).includes("--") || (open === null && prefix.startsWith("-"))) return null;
  return { kind, names, prefix, namespace, home };
}

function kindOfValue(option: string): WantedWords["kind"] | null {
  if (option === "--template") return "templates";
  return option === "--namespace" ? "namespaces" : null;
}

function kindAfter([verb, action, ...names]: readonly string[]): WantedWords["kind"] | null {
  if (verb === "run" || verb === "test") return action === undefined ? "apps" : null;
  const isFirst = names.length === 0;
  switch (`${verb} ${action}`) {
    case "bus sub":
      return "channels";
    case "bus pub":
    case "bus request":
      return isFirst ? "channels" : null;
    case "bus stream":
      return names.length === 1 ? "streams" : null;
    case "data del":
      return "keys";
    case "data get":
    case "data invalidate":
      return "values";
    case "data set":
    case "data incr":
      return isFirst ? "values" : null;
    case "saga list":
      return isFirst ? "sagas" : null;
    case "saga show":
    case "saga retry":
    case "saga skip":
      return isFirst ? "sagas" : names.length === 1 ? "saga-ids" : null;
    case "sdk list":
    case "sdk update":
      return "apps";
    default:
      return null;
  }
}

/** Names, options with their values, and the option whose value comes next. */
function read(words: readonly string[], flags: readonly Flag[]): { names: string[]; values: Map<string, string>; open: string | null } {
  const long = longNames([...flags, ...GLOBAL_FLAGS]);
  const names: string[] = [];
  const values = new Map<string, string>();
  let open: string | null = null;
  for (const word of words) {
    const [option = "", value] = word.split(/=(.*)/s, 2);
    if (open !== null) {
      values.set(open, word);
      open = null;
    } else if (value !== undefined && option.startsWith("--")) values.set(option, value);
    else if (long.has(word)) open = long.get(word) ?? null;
    else if (!word.startsWith("-")) names.push(word);
  }
  return { names, values, open };
}

/** The long names of those that take a value, by each of their names. */
function longNames(flags: readonly Flag[]): Map<string, string> {
  const taking = flags.filter((flag) => flag.flags.includes("<"));
  return new Map(
    taking.flatMap((flag) => {
      const names = flag.flags.match(/--?[a-z][\w-]*/g) ?? [];
      return names.map((name) => [name, names.at(-1) ?? name] as const);
    }),
  );
}
