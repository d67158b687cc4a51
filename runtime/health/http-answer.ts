/** Bytes of status line and headers that are read; a server that sends more is not understood. */
export const HEAD_BYTES_MAX = 32_768;
/** Bytes of a body that are read and matched; the rest is not waited for. */
export const BODY_BYTES_MAX = 65_536;

const HEAD_END = "\r\n\r\n";

type Part =
  | { readonly at: "head" }
  | { readonly at: "body"; left: number }
  | { readonly at: "chunk-size" }
  | { readonly at: "chunk"; left: number };

/** An HTTP/1.1 answer that arrives in pieces. Holds at most a head and a body of the limits above. */
export class HttpAnswer {
  /** Null until the head is there. */
  status: { readonly code: number; readonly reason: string } | null = null;
  /** True when nothing more needs to be read. */
  done = false;
  /** Why it is not understood; null: it is, so far. */
  problem: string | null = null;
  bodyBytes = 0;
  #part: Part = { at: "head" };
  /** Bytes (as latin1) that belong to a head or a chunk's size which is not complete. */
  #pending = "";
  readonly #body: Buffer[] = [];

  push(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && !this.done)
      rest = this.#part.at === "body" || this.#part.at === "chunk" ? this.#takeBody(this.#part, rest) : this.#takeText(rest);
  }

  /** The connection was closed by the server. */
  end(): void {
    if (this.done) return;
    if (this.status === null) this.#fail(this.#pending === "" ? "the connection was closed without an answer" : "the answer is no HTTP");
    // Without a length the end of the connection is the end of the body.
    else if (this.#part.at === "body" && this.#part.left === Number.POSITIVE_INFINITY) this.done = true;
    else this.#fail("the connection was closed in the middle of the answer");
  }

  /** The body, as far as it is kept. */
  body(): string {
    return Buffer.concat(this.#body).toString("utf8");
  }

  #takeText(bytes: Buffer): Buffer {
    const held = this.#pending.length;
    this.#pending += bytes.toString("latin1", 0, HEAD_BYTES_MAX + 1);
    const end = this.#part.at === "head" ? HEAD_END : "\r\n";
    const found = this.#pending.indexOf(end);
    if (found === -1) {
      if (this.#pending.length > HEAD_BYTES_MAX) this.#fail(`its head is longer than ${HEAD_BYTES_MAX / 1024} KiB`);
      else if (this.#part.at === "head" && !couldBeHttp(this.#pending)) this.#fail("the answer is no HTTP");
      return NOTHING;
    }
    const text = this.#pending.slice(0, found);
    this.#pending = "";
    if (this.#part.at === "head") this.#takeHead(text);
    else this.#takeChunkSize(text);
    return bytes.subarray(found + end.length - held);
  }

  #takeHead(head: string): void {
    const lineEnd = head.indexOf("\r\n");
    const first = lineEnd === -1 ? head : head.slice(0, lineEnd);
    const match = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(first);
    if (!match) return this.#fail("the answer is no HTTP");
    const code = Number(match[1]);
    // An interim answer: the true one follows.
    if (code < 200 && code !== 101) return;
    this.status = { code, reason: match[2] ?? "" };
    this.#part = bodyOf(code, head);
    if (this.#part.at === "body" && this.#part.left === 0) this.done = true;
  }

  #takeChunkSize(text: string): void {
    // The line's end of the chunk before.
    if (text === "") return;
    const left = Number.parseInt(text, 16);
    if (!(left >= 0)) return this.#fail("its body is not chunked as it says");
    if (left === 0) this.done = true;
    else this.#part = { at: "chunk", left };
  }

  #takeBody(part: Extract<Part, { left: number }>, bytes: Buffer): Buffer {
    const taken = bytes.subarray(0, Math.min(part.left, BODY_BYTES_MAX - this.bodyBytes));
    this.#body.push(Buffer.from(taken));
    this.bodyBytes += taken.length;
    part.left -= taken.length;
    if (this.bodyBytes === BODY_BYTES_MAX || (part.left === 0 && part.at === "body")) this.done = true;
    else if (part.left === 0) this.#part = { at: "chunk-size" };
    return bytes.subarray(taken.length);
  }

  #fail(problem: string): void {
    this.problem = problem;
    this.done = true;
  }
}

const NOTHING = Buffer.alloc(0);

const CHUNKED = /^transfer-encoding:.*chunked[ \t]*\r?$/im;
const LENGTH = /^content-length:[ \t]*(\d+)[ \t]*\r?$/im;

/** How the body ends: RFC 9112, section 6.3. */
function bodyOf(code: number, head: string): Part {
  if (code === 204 || code === 304 || code === 101) return { at: "body", left: 0 };
  if (CHUNKED.test(head)) return { at: "chunk-size" };
  const length = LENGTH.exec(head)?.[1];
  return { at: "body", left: length === undefined ? Number.POSITIVE_INFINITY : Number(length) };
}

function couldBeHttp(text: string): boolean {
  const start = "HTTP/1.";
  return text.length < start.length ? start.startsWith(text) : text.startsWith(start);
}
