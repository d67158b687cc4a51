/** Replies of a RESP server as values. Written apart from the product's own parser, so that a fault there cannot hide here. */

/** The kinds whose payload is one text. Texts are Latin-1: one character a byte, so that equal texts are equal bytes. */
export type TextKind = "simple" | "error" | "integer" | "bulk" | "double" | "boolean" | "big" | "verbatim" | "bulk-error" | "null";
/** The kinds that hold other replies. */
export type ListKind = "array" | "map" | "set" | "push" | "attribute";

/** One reply. A null says in `text` how it was written: `bulk` and `array` in RESP2, `resp3` in RESP3. */
export type Reply = { readonly kind: TextKind; readonly text: string } | { readonly kind: ListKind; readonly items: readonly Reply[] };

/** What a server's bytes could not be read as. */
export class ReplyError extends Error {}

/** How deep replies may be nested: nothing that a server sends goes deeper, and a parser without an end is a hang. */
const DEPTH_MAX = 32;
/** The sign of each kind on the wire. */
const TEXT_SIGNS: Readonly<Record<string, TextKind>> = {
  "+": "simple",
  "-": "error",
  ":": "integer",
  ",": "double",
  "#": "boolean",
  "(": "big",
  _: "null",
};
const BULK_SIGNS: Readonly<Record<string, TextKind>> = { $: "bulk", "=": "verbatim", "!": "bulk-error" };
const LIST_SIGNS: Readonly<Record<string, ListKind>> = { "*": "array", "%": "map", "~": "set", ">": "push", "|": "attribute" };

/** Cuts a stream of bytes into replies. Push bytes in, take replies out. */
export class ReplyReader {
  private held: Buffer = Buffer.alloc(0);
  private readonly chunks: Buffer[] = [];
  private at = 0;

  /** Takes what arrived. */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  /** The next whole reply, or null while it has not arrived. Throws `ReplyError` at what is no RESP. */
  next(): Reply | null {
    this.gather();
    const from = this.at;
    const reply = this.read(0);
    if (reply === null) this.at = from;
    return reply;
  }

  /** Bytes that arrived and belong to no reply yet. */
  get restBytes(): number {
    this.gather();
    return this.held.length - this.at;
  }

  private gather(): void {
    if (this.chunks.length === 0) return;
    this.held = Buffer.concat([this.held.subarray(this.at), ...this.chunks.splice(0)]);
    this.at = 0;
  }

  private read(depth: number): Reply | null {
    const line = this.readLine();
    if (line === null) return null;
    const [sign, rest] = [line[0] ?? "", line.slice(1)];
    if (TEXT_SIGNS[sign]) return { kind: TEXT_SIGNS[sign], text: sign === "_" ? "resp3" : rest };
    if (BULK_SIGNS[sign]) return this.readBulk(BULK_SIGNS[sign], lengthOf(line));
    if (LIST_SIGNS[sign]) return this.readList(LIST_SIGNS[sign], lengthOf(line), depth);
    throw new ReplyError(`no reply begins like ${JSON.stringify(line.slice(0, 60))}`);
  }

  private readLine(): string | null {
    const end = this.held.indexOf("\r\n", this.at);
    if (end < 0) return null;
    const line = this.held.toString("latin1", this.at, end);
    this.at = end + 2;
    return line;
  }

  private readBulk(kind: TextKind, length: number): Reply | null {
    if (length === -1) return { kind: "null", text: "bulk" };
    const end = this.at + length;
    if (this.held.length < end + 2) return null;
    if (this.held.toString("latin1", end, end + 2) !== "\r\n")
      throw new ReplyError(`a text of ${length} bytes does not end where it should`);
    const text = this.held.toString("latin1", this.at, end);
    this.at = end + 2;
    return { kind, text };
  }

  private readList(kind: ListKind, length: number, depth: number): Reply | null {
    if (length === -1) return { kind: "null", text: "array" };
    if (depth >= DEPTH_MAX) throw new ReplyError("replies are nested too deep");
    const items: Reply[] = [];
    const count = kind === "map" || kind === "attribute" ? length * 2 : length;
    while (items.length < count) {
      const item = this.read(depth + 1);
      if (item === null) return null;
      items.push(item);
    }
    return { kind, items };
  }
}

function lengthOf(line: string): number {
  const digits = line.slice(1);
  if (!/^(-1|\d{1,10})$/.test(digits)) throw new ReplyError(`${JSON.stringify(line.slice(0, 60))} has no length`);
  return Number(digits);
}

/** True for a reply that holds others. */
export function isList(reply: Reply): reply is Extract<Reply, { items: readonly Reply[] }> {
  return "items" in reply;
}

/** The text of a reply, or null where it is a list or a null. */
export function textOf(reply: Reply | undefined): string | null {
  return reply && !isList(reply) && reply.kind !== "null" ? reply.text : null;
}

/** A bulk string, for what is compared or put in another's place. */
export function bulk(text: string): Reply {
  return { kind: "bulk", text };
}

const SHOWN_SIGNS: Readonly<Record<TextKind, string>> = {
  simple: "+",
  error: "-",
  integer: ":",
  bulk: "",
  double: ",",
  boolean: "#",
  big: "(",
  verbatim: "=",
  "bulk-error": "!",
  null: "null:",
};

/** A reply in one line, for people and for comparing: two replies are the same exactly when their lines are. */
export function show(reply: Reply): string {
  if (isList(reply)) return `${reply.kind === "array" ? "" : reply.kind}[${reply.items.map(show).join(", ")}]`;
  const text = reply.kind === "bulk" || reply.kind === "verbatim" ? quote(reply.text) : reply.text.replace(/[^ -~]/g, escapeByte);
  return `${SHOWN_SIGNS[reply.kind]}${text}`;
}

/** A text in quotes, other bytes than ASCII's printable ones as \xNN. */
export function quote(text: string): string {
  const escaped = text.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r");
  return `"${escaped.replace(/[^ -~]/g, escapeByte)}"`;
}

function escapeByte(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** The wire form of a command: what a client sends. Texts are Latin-1. */
export function encodeCommand(words: readonly string[]): Buffer {
  return Buffer.from(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`, "latin1");
}
