/** Whether a command may run now, and running it. */
import { type Arguments, keepArguments, textAt } from "./arguments.ts";
import type { Client } from "./client.ts";
import type { Command } from "./commands.ts";
import type { Hub } from "./hub.ts";
import { ReplyError, shown } from "./reply-error.ts";
import { unwatch } from "./watching.ts";

/** As much of an unknown command's words as Redis repeats. */
const REPEATED_BYTES = 128;
/** Commands that one transaction may hold. */
const QUEUE_MAX = 100_000;

/** Runs one command of a client; its reply, error or not, is in the output afterwards. */
export function run(hub: Hub, client: Client, command: Command | undefined, args: Arguments): void {
  const refusal = refusalOf(client, command, args);
  if (refusal !== null) {
    reject(hub, client, command, refusal);
    return;
  }
  const known = command as Command;
  client.lastCommand = known.name;
  if (client.transaction && !known.inMulti) queue(hub, client, known, args);
  else execute(hub, client, known, args);
}

function reject(hub: Hub, client: Client, command: Command | undefined, refusal: string): void {
  if (command?.name !== "exec") {
    if (client.transaction) client.transaction.isBroken = true;
    hub.output.errorBytes(refusal);
    return;
  }
  client.transaction = null;
  unwatch(client);
  hub.output.errorBytes(`EXECABORT Transaction discarded because of: ${refusal.replace(/^ERR /, "")}`);
}

/** Runs a command that may run. */
export function execute(hub: Hub, client: Client, command: Command, args: Arguments): void {
  const start = hub.output.length;
  try {
    command.run(hub, client, args);
  } catch (error) {
    hub.output.length = start;
    hub.output.errorBytes(error instanceof ReplyError ? error.message : trouble(hub, error));
  }
}

/** The reply to a write that the disk did not take: by its first word a program can tell that there is no room. */
export function notWritten(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return `${code === "NO_SPACE" ? code : "IOERR"} cannot write: ${message}`;
}

/** A failure of the disk is told as such; what else is thrown is a mistake of ours. */
export function trouble(hub: Hub, error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "NO_SPACE" || code === "DATABASE_FAILED" || code === "STATE_DAMAGED") {
    hub.keyspace.fail(error as Error);
    return notWritten(error);
  }
  hub.parts.fatal(error);
  return `ERR cannot go on, because of a mistake in Ghost itself: ${message}`;
}

function queue(hub: Hub, client: Client, command: Command, args: Arguments): void {
  const transaction = client.transaction as NonNullable<Client["transaction"]>;
  if (command.notInMulti) {
    transaction.isBroken = true;
    hub.output.error("ERR Command not allowed inside a transaction");
    return;
  }
  if (transaction.queue.length >= QUEUE_MAX) {
    transaction.isBroken = true;
    hub.output.error(`LIMIT a transaction may have ${QUEUE_MAX} commands`);
    return;
  }
  transaction.queue.push(keepArguments(args));
  hub.output.simple("QUEUED");
}

function refusalOf(client: Client, command: Command | undefined, args: Arguments): string | null {
  if (!command) return unknown(args);
  if (command.members && args.count > 1)
    return `ERR unknown subcommand '${cut(textAt(args, 1), REPEATED_BYTES)}'. Try ${command.name.toUpperCase()} HELP.`;
  if (command.arity > 0 ? args.count !== command.arity : args.count < -command.arity)
    return `ERR wrong number of arguments for '${command.name}' command`;
  if (!client.isAuthenticated && !command.beforeAuth) return "NOAUTH Authentication required.";
  if (client.protocol === 2 && !command.whileSubscribed && isSubscribed(client))
    return `ERR Can't execute '${command.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
  return null;
}

function isSubscribed({ channels, patterns, resumedChannels, resumedPatterns }: Client): boolean {
  return channels.size + patterns.size + resumedChannels.size + resumedPatterns.size > 0;
}

/** Redis's own words. */
function unknown(args: Arguments): string {
  let words = "";
  for (let index = 1; index < args.count && words.length < REPEATED_BYTES; index++)
    words += `'${cut(textAt(args, index), REPEATED_BYTES - words.length)}' `;
  return `ERR unknown command '${cut(textAt(args, 0), REPEATED_BYTES)}', with args beginning with: ${words}`;
}

function cut(text: string, length: number): string {
  return shown(text).slice(0, length);
}
