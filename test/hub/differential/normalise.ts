/** What Redis leaves open is made the same before replies are compared: orders, ids, times and what a server says of itself. */
import { isList, type Reply, show, textOf } from "../wire/reply.ts";

/** How far apart two times of one reply may be, in their own unit (s of TTL, ms of everything else): a busy machine pauses. */
const TOLERANCE: Readonly<Record<string, number>> = { TTL: 3, PTTL: 3_000, TIME: 5_000 };
/** Hashes whose fields have no order that could be relied on. */
const UNORDERED_HASHES = new Set(["hbig"]);
/** Values in XINFO's replies that are of Redis' own data structures. */
const INNER_FIELDS = new Set(["radix-tree-keys", "radix-tree-nodes"]);
/** Values in XINFO's replies that are times in ms. */
const TIME_FIELDS = new Set(["idle", "seen-time", "inactive", "active-time"]);

/** A text that stands for anything. */
const open = (what: string): Reply => ({ kind: "simple", text: `<${what}>` });
/** A number that is compared within the tolerance of its sort. */
const near = (sort: string, reply: Reply): Reply =>
  reply.kind === "integer" && !reply.text.startsWith("-") ? { kind: "integer", text: `~${sort} ${reply.text}` } : reply;

/** One server's replies, made comparable. Keeps which ids the server gave by itself. */
export class Normaliser {
  private readonly tokens = new Map<string, string>();
  private readonly given: string[] = [];

  /** The nth last id that the server gave, 0 the last; `0-1` while there is none. */
  givenId(back: number): string {
    return this.given.at(-1 - back) ?? "0-1";
  }

  /** The reply to this command, `queued` being the commands that its EXEC runs. */
  reply(words: readonly string[], reply: Reply, queued: readonly (readonly string[])[] = []): Reply {
    const name = words[0]?.toUpperCase() ?? "";
    if (name === "EXEC" && reply.kind === "array" && reply.items.length === queued.length)
      return { kind: "array", items: reply.items.map((item, index) => this.reply(queued[index]!, item)) };
    this.learn(name, words, reply);
    return this.withTokens(byCommand(name, words, reply));
  }

  /** What was published, or anything else that is no reply to a command. */
  push(reply: Reply): Reply {
    return reply;
  }

  private learn(name: string, words: readonly string[], reply: Reply): void {
    if (name !== "XADD" || reply.kind !== "bulk" || !words.includes("*")) return;
    this.given.push(reply.text);
    // The same id twice: another stream's, in the same millisecond. On the other server it may be two.
    this.tokens.set(reply.text, `<given id>`);
  }

  private withTokens(reply: Reply): Reply {
    if (isList(reply)) return { ...reply, items: reply.items.map((item) => this.withTokens(item)) };
    const token = reply.kind === "bulk" ? this.tokens.get(reply.text) : undefined;
    return token === undefined ? reply : { kind: "bulk", text: token };
  }
}

function byCommand(name: string, words: readonly string[], reply: Reply): Reply {
  // Here Redis has no password, and we have tokens: only the number of words is judged alike.
  if (name === "AUTH" && !textOf(reply)?.includes("wrong number")) return open("AUTH's outcome");
  if (reply.kind === "error" || (reply.kind === "simple" && reply.text === "QUEUED")) return reply;
  const sub = words[1]?.toUpperCase() ?? "";
  switch (name) {
    case "INFO":
      return open(`INFO as ${reply.kind}`);
    case "CLIENT":
      return ["ID", "LIST", "INFO", "HELP"].includes(sub) ? open(`CLIENT ${sub} as ${reply.kind}`) : reply;
    case "COMMAND":
      return sub === "GETKEYS" ? reply : open(`COMMAND as ${reply.kind}`);
    case "CONFIG":
      return sub === "GET" ? open(`CONFIG as ${reply.kind}`) : reply;
    case "HELLO":
      return hello(reply);
    case "SCAN":
      return open(`SCAN as ${reply.kind}`);
    case "KEYS":
      return sorted(reply, 1);
    case "PUBSUB":
      return sub === "CHANNELS" ? sorted(reply, 1) : sub === "HELP" ? open("help") : reply;
    case "TTL":
    case "PTTL":
      return near(name, reply);
    case "HKEYS":
    case "HVALS":
      return UNORDERED_HASHES.has(words[1] ?? "") ? sorted(reply, 1) : reply;
    case "HGETALL":
      return UNORDERED_HASHES.has(words[1] ?? "") ? sorted(reply, 2) : reply;
    case "XPENDING":
      return words.length > 3 ? mapEach(reply, (entry) => mapAt(entry, 2, (idle) => near("TIME", idle))) : reply;
    case "XGROUP":
      return sub === "HELP" ? open("help") : reply;
    case "XINFO":
      return sub === "HELP" ? open("help") : xinfo(reply);
    default:
      return reply;
  }
}

/** Server and version are a server's own, ids as well; all else of the greeting is compared, the order too. */
function hello(reply: Reply): Reply {
  if (!isList(reply)) return reply;
  const hidden = new Set(["server", "version", "id", "modules"]);
  const items = reply.items.map((item, index) =>
    index % 2 === 1 && hidden.has(textOf(reply.items[index - 1]) ?? "") ? open("own") : item,
  );
  return { ...reply, items };
}

/** Names and values at any depth; the lists of pending entries have times at a place of their own. */
function xinfo(reply: Reply, name = ""): Reply {
  if (!isList(reply)) return reply;
  if (name === "pel" || name === "pending")
    return mapEach(reply, (entry) =>
      isList(entry)
        ? { ...entry, items: entry.items.map((item, at) => (at === entry.items.length - 2 ? near("TIME", item) : item)) }
        : entry,
    );
  const items = reply.items.map((item, index) => {
    const before = textOf(reply.items[index - 1]) ?? "";
    if (isList(item)) return xinfo(item, before);
    if (INNER_FIELDS.has(before)) return open("inner");
    return TIME_FIELDS.has(before) ? near("TIME", item) : item;
  });
  return { ...reply, items };
}

function mapEach(reply: Reply, change: (item: Reply) => Reply): Reply {
  return isList(reply) ? { ...reply, items: reply.items.map(change) } : reply;
}

function mapAt(reply: Reply, at: number, change: (item: Reply) => Reply): Reply {
  return isList(reply) ? { ...reply, items: reply.items.map((item, index) => (index === at ? change(item) : item)) } : reply;
}

/** The items in an order of their own, `width` at a time; a RESP3 map has pairs as well. */
function sorted(reply: Reply, width: number): Reply {
  if (!isList(reply)) return reply;
  const groups = Array.from({ length: Math.ceil(reply.items.length / width) }, (_, index) =>
    reply.items.slice(index * width, (index + 1) * width),
  );
  return { ...reply, items: groups.sort((a, b) => compare(showAll(a), showAll(b))).flat() };
}

function showAll(items: readonly Reply[]): string {
  return items.map(show).join();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True when two normalised replies are the same, times within their tolerance. */
export function same(a: Reply, b: Reply): boolean {
  if (isList(a) || isList(b))
    return (
      isList(a) &&
      isList(b) &&
      a.kind === b.kind &&
      a.items.length === b.items.length &&
      a.items.every((item, index) => same(item, b.items[index]!))
    );
  if (a.kind !== b.kind) return false;
  return a.text === b.text || isNear(a.text, b.text);
}

function isNear(a: string, b: string): boolean {
  const [first, second] = [/^~(\w+) (\d+)$/.exec(a), /^~(\w+) (\d+)$/.exec(b)];
  return (
    first !== null && second !== null && first[1] === second[1] && Math.abs(Number(first[2]) - Number(second[2])) <= TOLERANCE[first[1]!]!
  );
}
