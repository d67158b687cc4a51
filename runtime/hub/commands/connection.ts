/** Who a client is, and what it may ask about the server. */
import { compileGlob } from "../../../core/bus/glob.ts";
import { type Arguments, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { allCommands, type Command, commandNamed, define, FAMILY } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX, shown } from "../server/reply-error.ts";
import { unwatch } from "../server/watching.ts";

/** The Redis version whose behaviour is that of the hub. */
export const REDIS_VERSION = "7.0.15";
/** As many databases as Redis has unless told otherwise; each is a namespace of its own. */
const DATABASES = 16;

define({
  ping: { arity: -1, whileSubscribed: true, run: ping },
  echo: { arity: 2, run: (hub, _client, args) => hub.output.latin1(textAt(args, 1)) },
  select: { arity: 2, run: select },
  quit: { arity: -1, whileSubscribed: true, beforeAuth: true, inMulti: true, run: quit },
  reset: { arity: 1, whileSubscribed: true, beforeAuth: true, inMulti: true, run: reset },
  auth: { arity: -2, beforeAuth: true, run: auth },
  hello: { arity: -1, beforeAuth: true, run: hello },
  command: {
    arity: -1,
    run: (hub) => describeAll(hub, allCommands()),
    subcommands: {
      COUNT: { arity: 2, run: (hub) => hub.output.integer(allCommands().length) },
      DOCS: { arity: -2, run: docs },
      LIST: { arity: -2, run: list },
      INFO: { arity: -2, run: information },
      GETKEYS: { arity: -4, run: keysOf },
    },
  },
  config: {
    arity: -2,
    run: FAMILY,
    subcommands: {
      GET: { arity: -3, run: settings },
      SET: { arity: -4, run: change },
      RESETSTAT: { arity: 2, run: resetCounts },
      REWRITE: { arity: 2, run: () => refuse("ERR The server is running without a config file") },
    },
  },
});

function ping(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 2) refuse("ERR wrong number of arguments for 'ping' command");
  if (client.protocol === 2 && hub.channels.countOf(client) > 0) {
    hub.output.array(2);
    hub.output.text("pong");
    hub.output.latin1(args.count === 2 ? textAt(args, 1) : "");
  } else if (args.count === 2) hub.output.latin1(textAt(args, 1));
  else hub.output.simple("PONG");
}

function select(hub: Hub, client: Client, args: Arguments): void {
  const index = integerAt(args, 1);
  if (index < 0 || index >= DATABASES) refuse("ERR DB index is out of range");
  enter(hub, client, client.space.name.split(":")[0] as string, index);
  hub.output.ok();
}

/** Puts a client into a namespace. */
export function enter(hub: Hub, client: Client, namespace: string, database = 0): void {
  client.database = database;
  client.space = hub.keyspace.space(database === 0 ? namespace : `${namespace}:${database}`);
}

function quit(hub: Hub, client: Client): void {
  hub.output.ok();
  hub.end(client);
}

function reset(hub: Hub, client: Client): void {
  client.transaction = null;
  unwatch(client);
  hub.channels.forget(client);
  hub.retained.forget(client);
  client.protocol = 2;
  client.name = "";
  client.replies = "on";
  client.isDurable = true;
  client.isAuthenticated = client.isTrusted;
  client.isOperator = client.isTrusted;
  enter(hub, client, "default");
  hub.output.simple("RESET");
}

function auth(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 3) refuse(SYNTAX);
  const token = textAt(args, args.count - 1);
  if (args.count === 2 && isPlainPassword(client, token))
    refuse("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?");
  identify(hub, client, args.count === 3 ? textAt(args, 1) : null, token);
  hub.output.ok();
}

/** On the owner's socket nobody needs a password, as in a Redis without one; tokens have a dot. */
function isPlainPassword(client: Client, token: string): boolean {
  return client.isTrusted && !token.includes(".");
}

function identify(hub: Hub, client: Client, user: string | null, token: string): void {
  if (user === "default" && isPlainPassword(client, token)) return;
  const who = hub.parts.identify(token);
  if (!who) return refuse("WRONGPASS invalid username-password pair or user is disabled.");
  client.isAuthenticated = true;
  client.isOperator = who.isOperator;
  enter(hub, client, who.namespace);
}

function hello(hub: Hub, client: Client, args: Arguments): void {
  let protocol = client.protocol;
  if (args.count > 1) {
    const version = integerAt(args, 1, "ERR Protocol version is not an integer or out of range");
    if (version !== 2 && version !== 3) refuse("NOPROTO unsupported protocol version");
    protocol = version as 2 | 3;
  }
  const words = readHello(args);
  if (words.token !== null) identify(hub, client, words.user, words.token);
  if (!client.isAuthenticated)
    refuse(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
    );
  if (words.name !== null) client.name = words.name;
  client.protocol = protocol;
  hub.output.protocol = protocol;
  greet(hub, client);
}

function readHello(args: Arguments): { user: string; token: string | null; name: string | null } {
  const words: { user: string; token: string | null; name: string | null } = { user: "", token: null, name: null };
  for (let index = 2; index < args.count; index++) {
    const word = wordAt(args, index);
    const left = args.count - index - 1;
    if (word === "AUTH" && left >= 2) {
      words.user = textAt(args, index + 1);
      words.token = textAt(args, index + 2);
      index += 2;
    } else if (word === "SETNAME" && left >= 1) words.name = checkName(textAt(args, ++index));
    else refuse(`ERR Syntax error in HELLO option '${shown(textAt(args, index))}'`);
  }
  return words;
}

/** A client's name; refuses blanks and what is not to be seen. */
export function checkName(name: string): string {
  if (!/^[!-~]*$/.test(name)) refuse("ERR Client names cannot contain spaces, newlines or special characters.");
  return name;
}

function greet({ output }: Hub, client: Client): void {
  output.map(7);
  const facts: [string, string | number][] = [
    ["server", "redis"],
    ["version", REDIS_VERSION],
    ["proto", client.protocol],
    ["id", client.id],
    ["mode", "standalone"],
    ["role", "master"],
  ];
  for (const [name, value] of facts) {
    output.text(name);
    if (typeof value === "number") output.integer(value);
    else output.text(value);
  }
  output.text("modules");
  output.array(0);
}

function docs(hub: Hub, _client: Client, args: Arguments): void {
  const names = namesIn(args);
  tellDocs(hub, names.length > 0 ? names.flatMap((name) => commandNamed(name) ?? []) : allCommands());
}

function list({ output }: Hub, _client: Client, args: Arguments): void {
  if (args.count > 2 && (args.count !== 5 || wordAt(args, 2) !== "FILTERBY")) refuse(SYNTAX);
  output.array(allCommands().length);
  for (const { name } of allCommands()) output.text(name);
}

function information(hub: Hub, _client: Client, args: Arguments): void {
  const names = namesIn(args);
  describeAll(hub, names.length > 0 ? names.map((name) => commandNamed(name)) : allCommands());
}

/** The words after a subcommand. */
function namesIn(args: Arguments): string[] {
  return Array.from({ length: args.count - 2 }, (_, index) => textAt(args, index + 2));
}

function describeAll(hub: Hub, commands: readonly (Command | undefined)[]): void {
  hub.output.array(commands.length);
  for (const one of commands) {
    if (one) describe(hub, one);
    else hub.output.nullArray();
  }
}

function describe({ output }: Hub, { name, arity, isWrite, isRead, keys }: Command): void {
  output.array(10);
  output.text(name);
  output.integer(arity);
  const flags = isWrite ? ["write"] : isRead ? ["readonly"] : [];
  output.array(flags.length);
  for (const flag of flags) output.simple(flag);
  for (const position of keys ?? [0, 0, 0]) output.integer(position);
  for (let index = 0; index < 4; index++) output.array(0);
}

function tellDocs({ output }: Hub, commands: readonly Command[]): void {
  output.map(commands.length);
  for (const { name, isWrite } of commands) {
    output.text(name);
    output.map(2);
    output.text("summary");
    output.text(isWrite ? "Changes keys" : "Changes no keys");
    output.text("group");
    output.text(name.startsWith("ghost.") ? "ghost" : "generic");
  }
}

function keysOf({ output }: Hub, _client: Client, args: Arguments): void {
  const command = commandNamed(textAt(args, 2)) ?? refuse("ERR Invalid command specified");
  const found = command.name.startsWith("xread") ? streamKeys(args) : plainKeys(command, args);
  output.array(found.length);
  for (const key of found) output.latin1(key);
}

function plainKeys({ keys, arity }: Command, args: Arguments): string[] {
  const count = args.count - 2;
  if (!keys) return refuse("ERR The command has no key arguments");
  if (arity > 0 ? count !== arity : count < -arity) refuse("ERR Invalid number of arguments specified for command");
  const last = keys[1] < 0 ? args.count - 1 : 2 + keys[1];
  const found: string[] = [];
  for (let index = 2 + keys[0]; index <= last && index < args.count; index += keys[2]) found.push(textAt(args, index));
  return found;
}

/** XREAD's keys stand after STREAMS, and their ids after them. */
function streamKeys(args: Arguments): string[] {
  const words = Array.from({ length: args.count }, (_, index) => textAt(args, index));
  const begin = words.findIndex((word) => word.toUpperCase() === "STREAMS") + 1;
  if (begin === 0) refuse("ERR Invalid arguments specified for command");
  return words.slice(begin, begin + Math.floor((words.length - begin) / 2));
}

/** What programs ask for before they begin; nothing here can be set. */
const SETTINGS: Readonly<Record<string, string>> = {
  save: "",
  appendonly: "yes",
  appendfsync: "always",
  maxmemory: "0",
  "maxmemory-policy": "noeviction",
  databases: String(DATABASES),
  timeout: "0",
  maxclients: "10000",
  "proto-max-bulk-len": "67108864",
};

function settings(hub: Hub, _client: Client, args: Arguments): void {
  const globs = namesIn(args).map((pattern) => compileGlob(pattern.toLowerCase()));
  const found = Object.entries(SETTINGS).filter(([name]) => globs.some((glob) => glob.matches(name)));
  hub.output.map(found.length);
  for (const [name, value] of found) {
    hub.output.text(name);
    hub.output.text(value);
  }
}

function change(_hub: Hub, _client: Client, args: Arguments): void {
  if (args.count % 2 !== 0) refuse(SYNTAX);
  const [unknown] = namesIn(args).filter((name, index) => index % 2 === 0 && !(name.toLowerCase() in SETTINGS));
  if (unknown !== undefined) refuse(`ERR Unknown option or number of arguments for CONFIG SET - '${unknown}'`);
  refuse("ERR CONFIG SET failed - the hub's settings are in .ghost.yaml");
}

function resetCounts(hub: Hub): void {
  hub.counts.commands = hub.counts.connections = 0;
  hub.output.ok();
}
