import { connect, type Socket } from "node:net";
import { encodeCommand, type Reply, ReplyReader } from "./reply.ts";

/** How long a reply may take unless told otherwise, in milliseconds. */
const REPLY_LIMIT_MS = 5_000;

/** What arrives on a connection: replies, and at last its end. */
export type Arrival = Reply | { readonly kind: "closed" };

/** A raw client: sends bytes, and keeps what arrives in order until somebody takes it. */
export class Connection {
  private readonly reader = new ReplyReader();
  private readonly arrived: Arrival[] = [];
  private wake: (() => void) | null = null;
  private ended = false;
  private fault: Error | null = null;
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.take(chunk));
    // A reset is an end, too: which of the two it is depends on what was unread.
    socket.on("error", () => undefined);
    socket.on("close", () => this.end());
  }

  /** Connects to a unix socket by its path, or to a port of 127.0.0.1. */
  static open(address: string | number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = typeof address === "string" ? connect(address) : connect(address, "127.0.0.1");
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** True when the server (or `close`) has ended the connection; what arrived before can still be taken. */
  get closed(): boolean {
    return this.ended;
  }

  /** How much has arrived and was not taken. */
  get waiting(): number {
    return this.arrived.length;
  }

  /** Bytes that were sent and that the system has not taken yet. */
  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  /** Sends a command. */
  send(words: readonly string[]): void {
    this.sendRaw(encodeCommand(words));
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Buffer | string): void {
    if (!this.ended) this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Sends a command and takes the next thing that arrives. */
  async call(...words: string[]): Promise<Reply> {
    this.send(words);
    const arrival = await this.next();
    if (arrival.kind === "closed") throw new Error(`the connection ended at ${words.join(" ").slice(0, 100)}`);
    return arrival;
  }

  /** The next thing that arrives, in order. Rejects after `limitMs` (default 5,000). After the end it is `closed` again and again. */
  async next(limitMs: number = REPLY_LIMIT_MS): Promise<Arrival> {
    return (await this.nextOrNull(limitMs)) ?? Promise.reject(new Error(`no reply within ${limitMs} ms`));
  }

  /** As `next`, but null when nothing arrives within `limitMs`. */
  async nextOrNull(limitMs: number): Promise<Arrival | null> {
    if (this.arrived.length === 0 && !this.ended) await this.arrival(limitMs);
    if (this.fault) throw this.fault;
    return this.arrived.shift() ?? (this.ended ? { kind: "closed" } : null);
  }

  /** Stops reading, so that what the server sends fills the system's buffers and then its own. */
  pause(): void {
    this.socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.socket.resume();
  }

  /** Says that nothing more will be sent, and reads on. */
  halfClose(): void {
    this.socket.end();
  }

  /** Ends the connection at once. */
  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.reader.push(chunk);
    try {
      for (let reply = this.reader.next(); reply !== null; reply = this.reader.next()) this.arrived.push(reply);
    } catch (error) {
      this.fault = error as Error;
    }
    // A part of a reply wakes nobody.
    if (this.arrived.length > 0 || this.fault) this.wake?.();
  }

  private end(): void {
    this.ended = true;
    this.arrived.push({ kind: "closed" });
    this.wake?.();
  }

  private arrival(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.wake = done;
    });
  }
}
