/** CLIENT and INFO. */
import { type Arguments, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define, FAMILY } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX, shown } from "../server/reply-error.ts";
import { checkName, REDIS_VERSION } from "./connection.ts";

define({
  client: {
    arity: -2,
    run: FAMILY,
    subcommands: {
      ID: { arity: 2, run: (hub, { id }) => hub.output.integer(id) },
      GETNAME: { arity: 2, run: (hub, { name }) => (name === "" ? hub.output.null() : hub.output.latin1(name)) },
      SETNAME: { arity: 3, run: setName },
      SETINFO: { arity: 4, run: setInfo },
      LIST: { arity: -2, run: list },
      INFO: { arity: 2, run: (hub, one) => hub.output.verbatim(`${line(hub, one)}\n`) },
      KILL: { arity: -3, run: kill },
      UNBLOCK: { arity: -3, run: unblock },
      REPLY: { arity: 3, run: reply },
      "NO-EVICT": { arity: 3, run: (hub) => hub.output.ok() },
    },
  },
  info: { arity: -1, run: info },
});

function setName(hub: Hub, one: Client, args: Arguments): void {
  one.name = checkName(textAt(args, 2));
  hub.output.ok();
}

function setInfo(hub: Hub, one: Client, args: Arguments): void {
  const what = wordAt(args, 2);
  if (what === "LIB-NAME") one.library = checkName(textAt(args, 3));
  else if (what === "LIB-VER") one.libraryVersion = checkName(textAt(args, 3));
  else refuse(`ERR Unrecognized option '${shown(textAt(args, 2))}'`);
  hub.output.ok();
}

function list(hub: Hub, _one: Client, args: Arguments): void {
  let clients = [...hub.clients.values()];
  if (args.count > 3 && wordAt(args, 2) === "ID") {
    const ids = new Set(Array.from({ length: args.count - 3 }, (_, index) => integerAt(args, index + 3, "ERR Invalid client ID")));
    clients = clients.filter(({ id }) => ids.has(id));
  } else if (args.count === 4 && wordAt(args, 2) === "TYPE") {
    const kind = wordAt(args, 3).toLowerCase();
    if (!["normal", "pubsub", "master", "replica", "slave"].includes(kind)) refuse(`ERR Unknown client type '${shown(textAt(args, 3))}'`);
    clients = clients.filter((one) => kindOf(hub, one) === kind);
  } else if (args.count > 2) refuse(SYNTAX);
  hub.output.verbatim(clients.map((one) => `${line(hub, one)}\n`).join(""));
}

function kindOf(hub: Hub, one: Client): string {
  return hub.channels.countOf(one) > 0 ? "pubsub" : "normal";
}

function line(hub: Hub, one: Client): string {
  const now = Date.now();
  const flags = `${one.transaction ? "x" : ""}${hub.channels.countOf(one) > 0 ? "P" : ""}${one.blocked ? "b" : ""}` || "N";
  const facts: Record<string, string | number> = {
    id: one.id,
    addr: one.address,
    laddr: one.address,
    fd: 0,
    name: one.name,
    age: Math.floor((now - one.connectedAt) / 1000),
    idle: Math.floor((now - one.lastUsedAt) / 1000),
    flags,
    db: one.database,
    sub: one.channels.size + one.resumedChannels.size,
    psub: one.patterns.size + one.resumedPatterns.size,
    multi: one.transaction ? one.transaction.queue.length : -1,
    qbuf: one.requests.pendingBytes,
    omem: one.unsentBytes,
    cmd: one.lastCommand,
    user: "default",
    resp: one.protocol,
    namespace: one.space.name,
    "lib-name": one.library,
    "lib-ver": one.libraryVersion,
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function kill(hub: Hub, one: Client, args: Arguments): void {
  if (args.count === 3) {
    const victim = [...hub.clients.values()].find(({ address }) => address === textAt(args, 2));
    if (!victim) return refuse("ERR No such client");
    end(hub, one, victim);
    return hub.output.ok();
  }
  const victims = chooseVictims(hub, one, args);
  for (const victim of victims) end(hub, one, victim);
  hub.output.integer(victims.length);
}

const BAD_ID = "ERR client-id should be greater than 0";

function chooseVictims(hub: Hub, one: Client, args: Arguments): Client[] {
  let victims = [...hub.clients.values()];
  let isSelfSpared = true;
  for (let index = 2; index < args.count; index += 2) {
    const word = wordAt(args, index);
    if (index + 1 === args.count) refuse(SYNTAX);
    const value = textAt(args, index + 1);
    if (word === "ID") {
      const id = integerAt(args, index + 1, BAD_ID);
      if (id < 1) refuse(BAD_ID);
      victims = victims.filter((victim) => victim.id === id);
    } else if (word === "ADDR" || word === "LADDR") victims = victims.filter(({ address }) => address === value);
    else if (word === "TYPE") victims = victims.filter((victim) => kindOf(hub, victim) === value.toLowerCase());
    else if (word === "SKIPME" && /^(yes|no)$/i.test(value)) isSelfSpared = value.toLowerCase() === "yes";
    else refuse(SYNTAX);
  }
  return victims.filter((victim) => !isSelfSpared || victim !== one);
}

function end(hub: Hub, one: Client, victim: Client): void {
  if (victim === one) return hub.end(victim);
  victim.socket.terminate();
  hub.gone(victim);
}

function unblock(hub: Hub, _one: Client, args: Arguments): void {
  if (args.count > 4) refuse(`ERR unknown subcommand or wrong number of arguments for '${textAt(args, 1)}'. Try CLIENT HELP.`);
  const how = args.count > 3 ? wordAt(args, 3) : "TIMEOUT";
  if (how !== "TIMEOUT" && how !== "ERROR") refuse("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  const id = integerAt(args, 2);
  const victim = hub.clients.get(id);
  const isBlocked = victim?.blocked !== null && victim !== undefined;
  if (isBlocked) victim.blocked?.unblock(how === "ERROR");
  hub.output.integer(isBlocked ? 1 : 0);
}

function reply(hub: Hub, one: Client, args: Arguments): void {
  const how = wordAt(args, 2);
  if (how === "ON") {
    one.replies = "on";
    hub.output.ok();
  } else if (how === "OFF") one.replies = "off";
  else if (how === "SKIP") one.replies = one.replies === "off" ? "off" : "skip-next";
  else refuse(SYNTAX);
}

/** What INFO tells, by section. */
function sections(hub: Hub): Record<string, Record<string, string | number>> {
  const clients = [...hub.clients.values()];
  const memory = process.memoryUsage.rss();
  const retained = hub.retained.status();
  return {
    Server: {
      redis_version: REDIS_VERSION,
      redis_mode: "standalone",
      ghost_version: hub.parts.version,
      process_id: process.pid,
      uptime_in_seconds: Math.floor((Date.now() - hub.startedAt) / 1000),
    },
    Clients: {
      connected_clients: clients.length,
      blocked_clients: clients.filter(({ blocked }) => blocked).length,
      pubsub_clients: clients.filter((one) => hub.channels.countOf(one) > 0).length,
    },
    Memory: { used_memory: memory, used_memory_rss: memory },
    Persistence: {
      loading: 0,
      aof_enabled: 1,
      aof_last_write_status: hub.keyspace.failure ? "err" : "ok",
    },
    Stats: {
      total_connections_received: hub.counts.connections,
      total_commands_processed: hub.counts.commands,
      rejected_connections: hub.counts.refused,
      slow_subscribers: hub.counts.slowSubscribers,
      pubsub_channels: hub.channels.active().size,
      pubsub_patterns: hub.channels.patternCount(),
      kept_messages: retained.messages,
      kept_bytes: retained.bytes,
    },
    Replication: { role: "master", connected_slaves: 0 },
    CPU: { used_cpu_user: process.cpuUsage().user / 1e6, used_cpu_sys: process.cpuUsage().system / 1e6 },
  };
}

function info(hub: Hub, one: Client, args: Arguments): void {
  const wanted = new Set(Array.from({ length: args.count - 1 }, (_, index) => textAt(args, index + 1).toLowerCase()));
  const isAll = wanted.size === 0 || ["all", "default", "everything"].some((word) => wanted.has(word));
  let text = "";
  for (const [title, facts] of Object.entries(sections(hub))) {
    if (isAll || wanted.has(title.toLowerCase())) text += section(title, facts);
  }
  if (isAll || wanted.has("keyspace")) text += section("Keyspace", keyspaceFacts(hub, one));
  hub.output.verbatim(text);
}

function keyspaceFacts(hub: Hub, one: Client): Record<string, string> {
  const keys = hub.keyspace.roughSize(one.space);
  return keys === 0 ? {} : { [`db${one.database}`]: `keys=${keys},expires=0,avg_ttl=0` };
}

function section(title: string, facts: Record<string, string | number>): string {
  const lines = Object.entries(facts).map(([name, value]) => `${name}:${value}\r\n`);
  return `# ${title}\r\n${lines.join("")}\r\n`;
}
