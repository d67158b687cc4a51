import { type Arrival, Connection } from "../wire/connection.ts";
import { encodeCommand, isList, type Reply, textOf } from "../wire/reply.ts";
import { Normaliser } from "./normalise.ts";
import type { Word } from "./steps.ts";
import { ALL_KEYS } from "./values.ts";

/** How many replies of a connection beside it show that a server has dealt with everything before. */
const SETTLING_PINGS = 2;

/** One server in one sequence: a connection per client, and one beside them that only this program uses. */
export class Side {
  readonly normaliser = new Normaliser();
  private readonly ids: string[] = [];
  private readonly connections: Connection[] = [];
  private readonly address: string;
  private readonly control: Connection;

  private constructor(address: string, control: Connection) {
    this.address = address;
    this.control = control;
  }

  /** Empties the server and connects the clients. */
  static async open(address: string, clients: number): Promise<Side> {
    const side = new Side(address, await Connection.open(address));
    await side.control.call("FLUSHDB");
    for (let client = 0; client < clients; client += 1) await side.connect(client);
    return side;
  }

  /** Gives a client a new connection; an old one is ended. */
  async connect(client: number): Promise<void> {
    this.connections[client]?.close();
    const connection = await Connection.open(this.address);
    this.connections[client] = connection;
    this.ids[client] = textOf(await connection.call("CLIENT", "ID")) ?? "0";
  }

  /** Sends a client's command; gives the words as they were sent. */
  send(client: number, words: readonly Word[], nowMs: number): string[] {
    const sent = words.map((word) => this.resolve(word, nowMs));
    this.connections[client]!.sendRaw(encodeCommand(sent));
    return sent;
  }

  /** Sends a client's bytes. */
  sendRaw(client: number, bytes: string): void {
    this.connections[client]!.sendRaw(bytes);
  }

  /** The next thing that arrives at a client within `limitMs`, or null. */
  next(client: number, limitMs: number): Promise<Arrival | null> {
    return this.connections[client]!.nextOrNull(limitMs);
  }

  /** How much has arrived at a client and was not taken. */
  waiting(client: number): number {
    return this.connections[client]!.waiting;
  }

  /** Returns when the server has dealt with what was sent before, and what it sent has been read. */
  async settle(): Promise<void> {
    for (let ping = 0; ping < SETTLING_PINGS; ping += 1) await this.control.call("PING");
    // What reached other sockets in the same turn is read in this turn or the next.
    await turn();
    await turn();
  }

  /** Looks at every key, so that what has expired is gone on every server alike. */
  async touchKeys(): Promise<void> {
    await this.control.call("EXISTS", ...ALL_KEYS);
  }

  /** Ends the waiting of a client that blocks. */
  async unblock(client: number): Promise<void> {
    await this.control.call("CLIENT", "UNBLOCK", this.ids[client]!);
  }

  /** Goes through all keys from `client`; the keys without repetition, in order, or the error. */
  async scan(client: number, options: readonly string[]): Promise<Reply> {
    const found = new Set<string>();
    let cursor = "0";
    do {
      this.sendRaw(client, encodeCommand(["SCAN", cursor, ...options]).toString("latin1"));
      const reply = await this.connections[client]!.next();
      if (reply.kind === "closed") return { kind: "error", text: "closed" };
      if (!isList(reply) || reply.items.length !== 2 || !isList(reply.items[1]!)) return reply;
      cursor = textOf(reply.items[0]) ?? "0";
      for (const key of reply.items[1].items) found.add(textOf(key) ?? "(null)");
    } while (cursor !== "0");
    return { kind: "array", items: [...found].sort().map((text) => ({ kind: "bulk", text })) };
  }

  /** Ends all connections. */
  close(): void {
    for (const connection of [...this.connections, this.control]) connection.close();
  }

  private resolve(word: Word, nowMs: number): string {
    if (typeof word === "string") return word;
    if ("idOfClient" in word) return this.ids[word.idOfClient] ?? "0";
    if ("givenId" in word) return this.normaliser.givenId(word.givenId);
    return String((word.now === "s" ? Math.floor(nowMs / 1000) : nowMs) + word.plus);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
