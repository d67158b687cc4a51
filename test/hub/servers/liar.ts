import { connect, createServer, type Socket } from "node:net";
import { isList, type ListKind, type Reply, ReplyReader, type TextKind } from "../wire/reply.ts";

/** Makes a wrong reply of a right one, null where it cannot: what is written instead, which may be nothing. */
export type Lie = (reply: Reply) => readonly Reply[] | null;

/** Between two lies so many replies are left as they are: a lie can fall on a reply that is not compared. */
const HONEST_REPLIES = 20;

/** Wrong replies of all sorts, by name. */
export const LIES: Readonly<Record<string, Lie>> = {
  "a number too large": (reply) => (reply.kind === "integer" ? [{ kind: "integer", text: String(BigInt(reply.text) + 1n) }] : null),
  "a byte changed": (reply) =>
    reply.kind === "bulk" && reply.text !== "" && reply.text.length < 50 ? [{ kind: "bulk", text: flip(reply.text) }] : null,
  "another error": (reply) => (reply.kind === "error" ? [{ kind: "error", text: reply.text.slice(0, -1) }] : null),
  "another status": (reply) => (reply.kind === "simple" ? [{ kind: "simple", text: reply.text.toLowerCase() }] : null),
  "an empty text for none": (reply) => (reply.kind === "null" ? [{ kind: "bulk", text: "" }] : null),
  "another kind of nothing": (reply) => (reply.kind === "null" ? [{ kind: "null", text: reply.text === "bulk" ? "array" : "bulk" }] : null),
  "a status for a text": (reply) => (reply.kind === "bulk" && /^\w+$/.test(reply.text) ? [{ kind: "simple", text: reply.text }] : null),
  "one item less": (reply) =>
    isList(reply) && reply.kind === "array" && reply.items.length > 0 ? [{ ...reply, items: reply.items.slice(1) }] : null,
  "another order": (reply) => (isList(reply) && reply.items.length > 2 ? [{ ...reply, items: reply.items.toReversed() }] : null),
  "a push for an array": (reply) => (reply.kind === "array" ? [{ ...reply, kind: "push" }] : null),
  "no reply": () => [],
  "a reply twice": (reply) => [reply, reply],
};

/** A server that passes everything on to another, and lies now and then. */
export interface Liar extends AsyncDisposable {
  readonly socket: string;
  /** How often it has lied. */
  readonly lies: () => number;
}

/** Starts a liar on `socket` before the server at `behind`. Connections whose first reply is a status are left alone: the comparison's own. */
export async function startLiar(socket: string, behind: string, lie: Lie): Promise<Liar> {
  let [told, replies] = [0, 0];
  const twist = (reply: Reply): readonly Reply[] => {
    replies += 1;
    const wrong = replies % HONEST_REPLIES === 0 ? lie(reply) : null;
    // Where the lie does not fit, the next reply has its turn.
    if (wrong === null && replies % HONEST_REPLIES === 0) replies -= 1;
    if (wrong !== null) told += 1;
    return wrong ?? [reply];
  };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(behind);
    for (const each of [client, upstream]) {
      sockets.add(each);
      each.on("error", () => undefined);
      each.on("close", () => {
        client.end();
        upstream.end();
      });
    }
    client.on("data", (chunk) => upstream.write(chunk));
    upstream.on("data", passOn(client, twist));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const close = async (): Promise<void> => {
    for (const each of sockets) each.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { socket, lies: () => told, [Symbol.asyncDispose]: close };
}

function passOn(client: Socket, twist: (reply: Reply) => readonly Reply[]): (chunk: Buffer) => void {
  const reader = new ReplyReader();
  let honest: boolean | null = null;
  return (chunk) => {
    reader.push(chunk);
    for (let reply = reader.next(); reply !== null; reply = reader.next()) {
      const first = honest === null;
      honest ??= reply.kind === "simple";
      for (const one of first || honest ? [reply] : twist(reply)) client.write(encodeReply(one));
    }
  };
}

function flip(text: string): string {
  return text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) ^ 1);
}

const TEXT_SIGNS: Readonly<Partial<Record<TextKind, string>>> = {
  simple: "+",
  error: "-",
  integer: ":",
  double: ",",
  boolean: "#",
  big: "(",
};
const LIST_SIGNS: Readonly<Record<ListKind, string>> = { array: "*", map: "%", set: "~", push: ">", attribute: "|" };

/** The wire form of a reply. */
export function encodeReply(reply: Reply): Buffer {
  return Buffer.from(wireText(reply), "latin1");
}

function wireText(reply: Reply): string {
  if (isList(reply)) {
    const length = reply.kind === "map" || reply.kind === "attribute" ? reply.items.length / 2 : reply.items.length;
    return `${LIST_SIGNS[reply.kind]}${length}\r\n${reply.items.map(wireText).join("")}`;
  }
  if (reply.kind === "null") return { bulk: "$-1\r\n", array: "*-1\r\n", resp3: "_\r\n" }[reply.text]!;
  const sign = TEXT_SIGNS[reply.kind];
  if (sign !== undefined) return `${sign}${reply.text}\r\n`;
  return `${reply.kind === "verbatim" ? "=" : "$"}${reply.text.length}\r\n${reply.text}\r\n`;
}
