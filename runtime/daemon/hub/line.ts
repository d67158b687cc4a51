import { connect, type Socket } from "node:net";
import { type Reply, ReplyReader } from "./replies.ts";

/** What is sent and not answered yet, in bytes: more is not offered, because the hub has too much to do or does not read. Questions are few and go beyond it. */
const UNANSWERED_BYTES_MAX = 1024 * 1024;
/** Bytes that a command costs beside its words. */
const COMMAND_BYTES = 64;

/** The daemon's one connection to the hub. It is made when something is to be asked, and made anew after an end. Nothing here waits for the hub but who asks it. */
export class HubLine {
  private readonly path: string;
  private socket: Socket | null = null;
  private unansweredBytes = 0;
  /** In the order of what was sent; the hub answers in that order. */
  private waiting: { readonly bytes: number; settle(reply: Reply | Error): void }[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Sends a command, and gives what the hub answers. Rejects when the connection ends or cannot be made. */
  ask(...words: readonly string[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.send(encode(words), (reply) => (reply instanceof Error ? reject(reply) : resolve(reply)));
    });
  }

  /** Sends a command whose answer nobody awaits; `settle` is told of it all the same. False when too much is unanswered: then it is not sent. */
  offer(words: readonly string[], settle: (reply: Reply | Error) => void): boolean {
    const text = encode(words);
    if (this.unansweredBytes + text.length + COMMAND_BYTES > UNANSWERED_BYTES_MAX) return false;
    this.send(text, settle);
    return true;
  }

  /** Ends the connection; who waits is told. */
  close(why = "the connection was closed"): void {
    const { socket } = this;
    this.socket = null;
    socket?.destroy();
    const left = this.waiting;
    [this.waiting, this.unansweredBytes] = [[], 0];
    for (const { settle } of left) settle(new Error(why));
  }

  private send(text: string, settle: (reply: Reply | Error) => void): void {
    const bytes = text.length + COMMAND_BYTES;
    this.socket ??= this.open();
    this.unansweredBytes += bytes;
    this.waiting.push({ bytes, settle });
    this.socket.write(text);
  }

  private open(): Socket {
    const socket = connect(this.path);
    const reader = new ReplyReader();
    // A socket that was given up has nothing more to say.
    const isOurs = (): boolean => this.socket === socket;
    socket.on("data", (bytes) => {
      if (isOurs()) this.take(reader, bytes);
    });
    socket.on("error", (error) => {
      if (isOurs()) this.close(error.message);
    });
    socket.on("close", () => {
      if (isOurs()) this.close("the hub hung up");
    });
    return socket;
  }

  private take(reader: ReplyReader, bytes: Uint8Array): void {
    try {
      for (const reply of reader.take(bytes)) {
        const first = this.waiting.shift();
        this.unansweredBytes -= first?.bytes ?? 0;
        first?.settle(reply);
      }
    } catch (error) {
      this.close((error as Error).message);
    }
  }
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}
