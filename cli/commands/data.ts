import { noSuchAction, usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { refuseOptionsOfOthers } from "../hub/options.ts";

type Action = (context: Context, words: readonly string[]) => Promise<number>;

const ACTIONS: Readonly<Record<string, () => Promise<Action>>> = {
  get: async () => (await import("../data/keys.ts")).get,
  set: async () => (await import("../data/keys.ts")).set,
  del: async () => (await import("../data/keys.ts")).remove,
  scan: async () => (await import("../data/keys.ts")).scan,
  incr: async () => (await import("../data/keys.ts")).increment,
  query: async () => (await import("../data/sql.ts")).query,
  exec: async () => (await import("../data/sql.ts")).execute,
  shell: async () => (await import("../data/shell.ts")).shell,
  backup: async () => (await import("../data/sql.ts")).backUp,
  "rotate-key": async () => (await import("../data/rotate.ts")).rotateKey,
  invalidate: async () => (await import("../data/keys.ts")).invalidate,
};

/** Options by action, in camel case; all take --namespace. */
const OPTIONS = {
  get: ["meta"],
  set: ["expiry", "ifVersion", "text", "force"],
  scan: ["lines"],
  incr: ["by"],
  query: ["param", "text"],
  exec: ["param", "text"],
  backup: ["keys"],
  "rotate-key": ["plaintext"],
  invalidate: ["pattern"],
};

export const command: Command = {
  usage:
    "get KEY… | set KEY VALUE | del KEY… | scan [GLOB] | incr KEY | query SQL | exec SQL | shell | backup FILE | rotate-key [GLOB] | invalidate KEY…",
  summary: "Read and write keys, run SQL, back up, in any app's namespace",
  about:
    "A VALUE is JSON or else a text; - reads it from standard input. Values are encrypted and decrypted as the home's .ghost.yaml says, and apps' caches are told what " +
    'changed. `query` prints rows as a table, with --json an object a line (integers beyond 2^53 as {"$int"}, blobs as {"$blob"}). `shell` runs statements from a terminal ' +
    "or from standard input, where the first that fails ends it. `backup` copies a namespace's SQL into a new SQLite file; with --keys it copies keys and streams of all namespaces.",
  flags: [
    { flags: "--namespace <N>", about: "Work in this namespace, an app's name (default: that of GHOST_TOKEN, or default)" },
    { flags: "--expiry <D>", about: "set: the key is gone after this time, e.g. 10m" },
    { flags: "--if-version <V>", about: "set: only if the key still has this version; 0: only if it is not there" },
    { flags: "-f, --force", about: "set: replace also a stream or a hash, all of it" },
    { flags: "--text", about: "Take values and --param as text, even where they are JSON" },
    { flags: "--meta", about: "get: tell version and expiry, too" },
    { flags: "--by <N>", about: "incr: by how much, e.g. --by=-5 (default 1)" },
    { flags: "-n, --lines <N>", about: "scan: end after N keys" },
    { flags: "--param <P>", about: "query, exec: a value by position (7) or by name (:id=7); may be repeated" },
    { flags: "--keys", about: "backup: the file of keys and streams instead of SQL" },
    { flags: "--pattern <GLOB>", about: "invalidate: all keys that match" },
    { flags: "--plaintext", about: "rotate-key: encrypt also what is not encrypted yet" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  takesEmpty: true,
  examples: [
    `ghost data set user:7 '{"name":"Ada"}' --expiry 10m`,
    "ghost data get user:7 --namespace shop",
    "ghost data scan 'user:*'",
    "ghost data query 'SELECT * FROM orders WHERE id > ?' --param 100 --namespace shop",
    "ghost data shell --namespace shop < migration.sql",
    "ghost data backup shop.db --namespace shop",
  ],
  hintFor: negativeHint,
  async run(context) {
    const [name, ...words] = context.names;
    const load = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    const known = Object.keys(ACTIONS);
    if (name === undefined) throw usage(context.verb, "it needs something to do", `it knows ${known.join(", ")}; `);
    if (!load) throw noSuchAction(context.verb, name, known);
    refuseOptionsOfOthers(context, name, OPTIONS);
    return (await load())(context, words);
  },
};

/** A negative number looks like an option; what was meant by it, by the words after the verb. */
function negativeHint(_option: string, words: readonly string[]): string | null {
  const number = words.find((word) => /^-\d+$/.test(word));
  const [action, key = "KEY"] = words.filter((word) => !word.startsWith("-"));
  if (number === undefined) return null;
  if (action === "incr") return `--by=${number} says by how much`;
  return action === "set" ? `if ${number} is the VALUE, put -- before it: ghost data set ${key} -- ${number}` : null;
}
