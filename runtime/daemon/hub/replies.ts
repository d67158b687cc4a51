/** What the hub answers a daemon with, in RESP2. */

/** Errors are values here: each is the answer to one command. */
export type Reply = string | number | null | { readonly error: string } | readonly Reply[];

/** A reply longer than this is none that a daemon asked for, in bytes. */
const REPLY_BYTES_MAX = 16 * 1024 * 1024;
const LINE_END = "\r\n";

/** Takes bytes as they come and gives whole replies. Throws on what is no RESP, and on what is too long. */
export class ReplyReader {
  private rest: Buffer = Buffer.alloc(0);

  take(bytes: Uint8Array): Reply[] {
    this.rest = this.rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.rest, bytes]);
    const replies: Reply[] = [];
    let from = 0;
    for (let read = readReply(this.rest, from); read !== null; read = readReply(this.rest, from)) {
      replies.push(read.reply);
      from = read.next;
    }
    this.rest = this.rest.subarray(from);
    if (this.rest.length > REPLY_BYTES_MAX) throw new Error(`the hub sent a reply of more than ${REPLY_BYTES_MAX} bytes`);
    return replies;
  }
}

interface Read {
  readonly reply: Reply;
  readonly next: number;
}

/** Null while it is not whole. */
function readReply(bytes: Buffer, from: number): Read | null {
  const end = bytes.indexOf(LINE_END, from);
  if (end === -1) return null;
  const text = bytes.toString("utf8", from + 1, end);
  const next = end + LINE_END.length;
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case "+":
      return { reply: text, next };
    case "-":
      return { reply: { error: text }, next };
    case ":":
      return { reply: Number(text), next };
    case "$":
      return readBulk(bytes, next, Number(text));
    case "*":
      return readArray(bytes, next, Number(text));
    default:
      throw new Error("the hub sent something that is no RESP");
  }
}

function readBulk(bytes: Buffer, from: number, length: number): Read | null {
  if (length < 0) return { reply: null, next: from };
  const next = from + length + LINE_END.length;
  return bytes.length < next ? null : { reply: bytes.toString("utf8", from, from + length), next };
}

function readArray(bytes: Buffer, from: number, length: number): Read | null {
  if (length < 0) return { reply: null, next: from };
  const items: Reply[] = [];
  let next = from;
  for (let index = 0; index < length; index += 1) {
    const read = readReply(bytes, next);
    if (read === null) return null;
    items.push(read.reply);
    next = read.next;
  }
  return { reply: items, next };
}
