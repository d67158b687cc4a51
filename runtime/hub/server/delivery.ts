import type { Client, Piece } from "./client.ts";
import { CLIENT_LIMITS } from "./limits.ts";

/** The limits whose excess cuts a client off. */
export type CutOffLimit = "subscriberBytesMax" | "unsentBytesMax" | "allUnsentBytesMax";

/** What the sending needs of the hub. */
export interface DeliveryHost {
  /** How many subscriptions a client has. */
  subscriptionsOf(client: Client): number;
  /** Commands that waited for room may run now. */
  proceed(client: Client): void;
  /** A client that does not read is cut off, because of this limit. */
  cutOff(client: Client, limit: CutOffLimit): void;
  /** All clients. */
  clients(): Iterable<Client>;
}

/** Sends to clients what their sockets take, keeps the rest up to a limit, and cuts off who does not read. */
export class Delivery {
  private readonly host: DeliveryHost;
  /** What all clients together have not taken. */
  private allUnsentBytes = 0;

  constructor(host: DeliveryHost) {
    this.host = host;
  }

  /** Whether a client may be given more replies, besides `size` bytes of this turn. */
  hasRoom(client: Client, size: number): boolean {
    const unsent = this.host.subscriptionsOf(client) > 0 ? 0 : client.unsentBytes;
    return size + unsent <= CLIENT_LIMITS.unsentBytesPause;
  }

  /** Sends what a turn gathered for a client, after what its socket did not take before; ends the connection after the last of it where that is wanted. */
  flush(client: Client): void {
    if (client.outgoing.length > 0 && !client.isHeld) {
      const pieces = client.outgoing;
      client.outgoing = [];
      const whole = pieces.length === 1 ? (pieces[0] as Piece) : joined(pieces);
      this.write(client, whole.bytes, false, whole.asked);
    } else if (client.unsentBytes > 0) this.writeUnsent(client);
    this.endIfDone(client);
  }

  /** The socket takes bytes again. What it did not take goes out now, whatever a turn has gathered since: it says so once. */
  drained(client: Client): void {
    if (client.unsentBytes > 0) this.writeUnsent(client);
    if (!client.isClosed) this.endIfDone(client);
  }

  /** Offers bytes to the socket and keeps what it does not take. `isBorrowed`: they must be copied to be kept; `asked`: so many answer commands. */
  write(client: Client, bytes: Uint8Array, isBorrowed: boolean, asked: number): void {
    const taken = client.unsentBytes > 0 ? 0 : client.socket.write(bytes);
    if (taken < 0) return;
    if (taken === bytes.length) {
      if (client.isFull) this.goOn(client);
      return;
    }
    const rest = bytes.subarray(taken);
    // `slice` of a Buffer would copy nothing.
    this.keep(client, isBorrowed ? new Uint8Array(rest) : rest, asked);
  }

  /** What a client that is gone did not take. */
  forget(client: Client): void {
    this.allUnsentBytes -= client.unsentBytes;
    client.unsentBytes = 0;
    client.unsent = [];
  }

  private endIfDone(client: Client): void {
    if (client.isClosing && client.unsentBytes === 0 && client.outgoing.length === 0) client.socket.end();
  }

  /** Offers what is kept. */
  private writeUnsent(client: Client): void {
    while (client.unsent.length > 0) {
      const next = client.unsent[0] as Uint8Array;
      const taken = client.socket.write(next);
      if (taken < 0 || client.isClosed) return;
      client.unsentBytes -= taken;
      this.allUnsentBytes -= taken;
      if (taken < next.length) {
        client.unsent[0] = next.subarray(taken);
        break;
      }
      client.unsent.shift();
    }
    if (client.unsentBytes - client.askedBytes <= CLIENT_LIMITS.subscriberBytesSoft) client.slowSince = 0;
    if (client.unsentBytes > 0) return;
    client.askedBytes = 0;
    if (!client.isBehind) client.socket.resume();
    if (client.isFull) this.goOn(client);
  }

  /** All was sent: commands that waited for that are run. */
  private goOn(client: Client): void {
    client.isFull = false;
    setImmediate(() => this.host.proceed(client));
  }

  private keep(client: Client, bytes: Uint8Array, asked: number): void {
    client.unsent.push(bytes);
    client.unsentBytes += bytes.length;
    this.allUnsentBytes += bytes.length;
    client.askedBytes += Math.min(asked, bytes.length);
    const isSubscriber = this.host.subscriptionsOf(client) > 0;
    if (client.unsentBytes > CLIENT_LIMITS.unsentBytesPause && !isSubscriber) client.socket.pause();
    // What it asked for, e.g. the messages that it missed, is not held against it.
    const messages = client.unsentBytes - client.askedBytes;
    if (messages > CLIENT_LIMITS.subscriberBytesSoft && client.slowSince === 0) client.slowSince = Date.now();
    const isSlow = client.slowSince > 0 && Date.now() - client.slowSince > CLIENT_LIMITS.subscriberSlowMs;
    const isTooSlow = isSubscriber && (messages > CLIENT_LIMITS.subscriberBytesMax || isSlow);
    if (isTooSlow) this.host.cutOff(client, "subscriberBytesMax");
    else if (client.unsentBytes > CLIENT_LIMITS.unsentBytesMax) this.host.cutOff(client, "unsentBytesMax");
    while (this.allUnsentBytes > CLIENT_LIMITS.allUnsentBytesMax && this.cutOffSlowest());
  }

  /** Cuts off who has most unsent; false: nobody has anything. */
  private cutOffSlowest(): boolean {
    let slowest: Client | null = null;
    for (const client of this.host.clients()) if (client.unsentBytes > (slowest?.unsentBytes ?? 0)) slowest = client;
    if (slowest) this.host.cutOff(slowest, "allUnsentBytesMax");
    return slowest !== null;
  }
}

function joined(pieces: readonly Piece[]): { bytes: Uint8Array; asked: number } {
  return {
    bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)),
    asked: pieces.reduce((sum, { asked }) => sum + asked, 0),
  };
}
