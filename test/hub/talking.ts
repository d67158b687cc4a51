import { connect, type Socket } from "node:net";

/** How long a reply may take, in milliseconds. */
const REPLY_LIMIT_MS = 10_000;

/** An error reply. */
export interface Refusal {
  readonly error: string;
}

/** A push of RESP3. */
export interface Push {
  readonly push: readonly unknown[];
}

/** A connection that sees each reply as it came, in RESP2 or RESP3: texts (Latin-1), numbers, null, arrays (maps are flat), `Refusal`, `Push`. */
export class Talk implements Disposable {
  /** Resolves when the other side has hung up. */
  readonly ended: Promise<void>;
  private readonly socket: Socket;
  private rest: Buffer[] = [];
  private restBytes = 0;
  /** Fewer bytes are no whole reply. */
  private neededBytes = 0;
  private readonly arrived: unknown[] = [];
  private isEnded = false;
  private wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => this.take(bytes));
    socket.on("end", () => socket.end());
    this.ended = new Promise((resolve) =>
      socket.once("close", () => {
        this.isEnded = true;
        this.wake();
        resolve();
      }),
    );
  }

  /** Connects; rejects with the system's error. */
  static open(path: string): Promise<Talk> {
    return new Promise((resolve, reject) => {
      const socket = connect({ path, allowHalfOpen: true });
      socket.once("connect", () => resolve(new Talk(socket)));
      socket.once("error", reject);
    });
  }

  /** Sends a command, and gives the next thing that arrives. */
  ask(...words: readonly string[]): Promise<unknown> {
    this.send(...words);
    return this.next();
  }

  /** Sends a command. */
  send(...words: readonly string[]): void {
    this.socket.write(frame(words));
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Sends commands in one piece, and gives as many replies. */
  async askAll(commands: readonly (readonly string[])[]): Promise<unknown[]> {
    this.sendRaw(Buffer.concat(commands.map(frame)));
    const replies: unknown[] = [];
    while (replies.length < commands.length) replies.push(await this.next());
    return replies;
  }

  /** What arrives next. Rejects after ten seconds, and at the end. */
  async next(): Promise<unknown> {
    const late = AbortSignal.timeout(REPLY_LIMIT_MS);
    while (this.arrived.length === 0) {
      if (this.isEnded) throw new Error("the hub hung up");
      if (late.aborted) throw new Error(`nothing arrived within ${REPLY_LIMIT_MS} ms`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        late.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    return this.arrived.shift();
  }

  /** All that arrived and was not taken; takes it. */
  takeAll(): unknown[] {
    return this.arrived.splice(0);
  }

  /** Reads nothing more. */
  pause(): void {
    this.socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.socket.resume();
  }

  /** Sends nothing more, and goes on reading. */
  endSending(): void {
    this.socket.end();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    this.rest.push(bytes);
    this.restBytes += bytes.length;
    if (this.restBytes < this.neededBytes) return;
    const all = Buffer.concat(this.rest);
    let at = 0;
    for (let read = readReply(all, at); read; read = readReply(all, at)) {
      this.arrived.push(read.value);
      at = read.next;
    }
    this.rest = [all.subarray(at)];
    this.restBytes = all.length - at;
    this.neededBytes = /^\$(\d+)\r/.test(all.toString("latin1", at, at + 20))
      ? Number.parseInt(all.toString("latin1", at + 1, at + 20), 10)
      : 0;
    this.wake();
  }
}

/** A command on the wire. */
export function frame(words: readonly string[]): Buffer {
  return Buffer.from(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`, "latin1");
}

interface Read {
  readonly value: unknown;
  readonly next: number;
}

function readReply(bytes: Buffer, from: number): Read | null {
  const end = bytes.indexOf("\r\n", from);
  if (end < 0) return null;
  const kind = String.fromCharCode(bytes[from] ?? 0);
  const text = bytes.toString("latin1", from + 1, end);
  const next = end + 2;
  if (kind === "+") return { value: text, next };
  if (kind === "-") return { value: { error: text }, next };
  if (kind === ":") return { value: Number(text), next };
  if (kind === "_") return { value: null, next };
  if (kind === "$" || kind === "=") return readBulk(bytes, next, Number(text));
  if (kind === "*" || kind === ">") return readArray(bytes, next, Number(text), kind === ">");
  if (kind === "%") return readArray(bytes, next, Number(text) * 2, false);
  throw new Error(`no reply begins with ${JSON.stringify(kind)}`);
}

function readBulk(bytes: Buffer, from: number, size: number): Read | null {
  if (size < 0) return { value: null, next: from };
  if (bytes.length < from + size + 2) return null;
  return { value: bytes.toString("latin1", from, from + size), next: from + size + 2 };
}

function readArray(bytes: Buffer, from: number, count: number, isPush: boolean): Read | null {
  if (count < 0) return { value: null, next: from };
  const items: unknown[] = [];
  let next = from;
  for (let index = 0; index < count; index++) {
    const read = readReply(bytes, next);
    if (!read) return null;
    items.push(read.value);
    next = read.next;
  }
  return { value: isPush ? { push: items } : items, next };
}
