/**
 * Clients, their commands, and turns. In one turn of the event loop the commands of all clients that sent some are run; what they
 * changed is committed once, and then answered. Who touched no key that changed is answered at once.
 */
import { ProtocolError } from "../../../core/bus/resp/requests.ts";
import { KeptMetrics } from "../../../core/metrics/kept-metrics.ts";
import type { AppDoors } from "../app-doors.ts";
import { Channels } from "../bus/channels.ts";
import { Retained } from "../bus/retained.ts";
import type { DaemonDoor } from "../daemon-door.ts";
import { Hashes } from "../keyspace/hashes.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { Streams } from "../keyspace/streams.ts";
import type { SqlGateway } from "../sql/gateway.ts";
import { type Arguments, textAt, wordAt } from "./arguments.ts";
import { type Client, type ClientSocket, makeClient, type Piece } from "./client.ts";
import { findCommand } from "./commands.ts";
import { CutOffs } from "./cut-offs.ts";
import { type CutOffLimit, Delivery } from "./delivery.ts";
import type { DirectSockets } from "./direct-sockets.ts";
import { notWritten, run } from "./dispatch.ts";
import { CLIENT_LIMITS, SLICE_LIMITS } from "./limits.ts";
import { Output } from "./output.ts";
import { Rounds } from "./rounds.ts";
import { Tidying } from "./tidying.ts";
import { Waiters } from "./waiters.ts";
import { Writers } from "./writers.ts";

/** Where slow subscribers and the like are announced. */
export const HUB_CHANNEL = "ghost:hub";

/** What GHOST.HEALTH says of how the hub was set up. */
export interface HubAccount {
  /** `memory`: nothing is kept over a restart (`storage.sqlite.enabled: false`). */
  readonly storage: "disk" | "memory";
  /** The TCP address that is open, `127.0.0.1:6379`. */
  readonly listens: string | null;
  /** What a person should know, the remedy in brackets at its end. */
  readonly warnings: readonly string[];
}

export interface HubParts {
  readonly keyspace: Keyspace;
  readonly version: string;
  /** The namespace and whether it is the operator's, of a token; null: no such token. */
  readonly identify: (token: string) => { namespace: string; isOperator: boolean } | null;
  readonly sql: SqlGateway;
  /** The daemon, for what apps ask of it. */
  readonly daemon: DaemonDoor;
  readonly account?: () => HubAccount;
  /** Takes lines for the log. */
  readonly report?: (line: string) => void;
  /** By which clients are read from in rounds; absent: by the runtime's loop alone. */
  readonly sockets?: DirectSockets<Client> | null;
  /** For apps of other users; absent: they cannot be let in. */
  readonly doors?: AppDoors;
  /** Told of what cannot be mended: the hub must end and begin anew. */
  readonly fatal: (error: unknown) => void;
}

export class Hub {
  readonly keyspace: Keyspace;
  readonly hashes: Hashes;
  readonly streams: Streams;
  readonly waiters = new Waiters(this);
  readonly parts: HubParts;
  readonly clients = new Map<number, Client>();
  readonly channels: Channels;
  readonly retained: Retained;
  readonly metrics = new KeptMetrics();
  readonly cutOffs: CutOffs;
  readonly output = new Output();
  readonly startedAt = Date.now();
  /** Counters for INFO. */
  readonly counts = { connections: 0, commands: 0, refused: 0, slowSubscribers: 0 };
  private nextClient = 1;
  /** Whose command runs. */
  private performing: Client | null = null;
  private readonly turnClients = new Set<Client>();
  /** To be done when the turn's changes are on disk, e.g. waking readers of a stream. */
  private readonly afterCommit: (() => void)[] = [];
  private isTurnOpen = false;
  private readonly writers = new Writers<Client>();
  private readonly rounds: Rounds;
  private isHalted = false;
  private isDurable = false;
  private readonly delivery: Delivery;
  private readonly tidying: Tidying;

  constructor(parts: HubParts) {
    this.parts = parts;
    this.keyspace = parts.keyspace;
    this.cutOffs = new CutOffs(parts.report ?? (() => undefined));
    this.hashes = new Hashes(parts.keyspace);
    this.streams = new Streams(parts.keyspace);
    this.channels = new Channels(this);
    this.retained = new Retained(this);
    this.delivery = new Delivery({
      subscriptionsOf: (client) => this.channels.countOf(client),
      proceed: (client) => this.proceed(client),
      cutOff: (client, limit) => this.cutOff(client, limit),
      clients: () => this.clients.values(),
    });
    this.rounds = new Rounds(parts.sockets ?? null, {
      isTurnOpen: () => this.isTurnOpen,
      isGathering: () => this.isDurable && this.keyspace.isDirty && this.writers.areMissing(this.turnClients),
      endTurn: () => this.endTurn(),
    });
    this.tidying = new Tidying(parts.keyspace, parts.fatal);
    this.tidying.schedule();
  }

  /** A client connected. `isTrusted`: it came by the owner's socket and is the operator unless it says otherwise. Null: there are too many. */
  accept(socket: ClientSocket, address: string, isTrusted: boolean): Client | null {
    if (this.clients.size >= CLIENT_LIMITS.clientsMax) return this.refuse(socket);
    this.counts.connections++;
    const client = makeClient(this.nextClient++, socket, { address, isTrusted, space: this.keyspace.space("default") });
    this.clients.set(client.id, client);
    return client;
  }

  /** There are too many already. */
  refuse(socket: ClientSocket): null {
    this.counts.connections++;
    this.counts.refused++;
    socket.write(Buffer.from("-ERR max number of clients reached\r\n"));
    socket.end();
    return null;
  }

  /** Bytes came from a client. They must stay as they are until the call returns. */
  receive(client: Client, bytes: Uint8Array<ArrayBufferLike>): void {
    if (!client.isClosing && !this.isHalted) this.perform(client, bytes);
    client.requests.own();
    this.rounds.heard();
  }

  /** Goes on with a client that no longer waits. */
  proceed(client: Client): void {
    if (!client.isClosed && !this.isHalted) this.perform(client, null);
  }

  /** Sends what was written to `output` for no command of this client: a message, or the late reply of a blocked one. */
  send(client: Client, bytes: Uint8Array, commands = 0): void {
    if (client.isClosed || client.replies === "off") return;
    // What a command makes its own client be told comes between its replies.
    if (client === this.performing) {
      this.output.raw(bytes);
      return;
    }
    client.outgoing.push({ bytes, commands, asked: commands > 0 ? bytes.length : 0 });
    this.joinTurn(client);
  }

  /** Does something when what changed in this turn is on disk; never, if it could not be written. */
  whenCommitted(work: () => void): void {
    this.afterCommit.push(work);
    this.openTurn();
  }

  /** Sends the late reply of a command that waited. */
  answer(client: Client, write: () => void): void {
    if (client.isClosed) return;
    const { length: start, protocol } = this.output;
    this.output.protocol = client.protocol;
    write();
    const bytes = this.output.copy(start);
    // Another client's command may be under way.
    this.output.length = start;
    this.output.protocol = protocol;
    this.send(client, bytes, 1);
  }

  /** The same of a command that may have changed keys, now or in the turn that is open: it is sent when that is on disk. */
  answerLate(client: Client, write: () => void): void {
    if (this.keyspace.isDirty && !client.isClosed) {
      client.isHeld = true;
      if (client.isDurable) this.isDurable = true;
    }
    this.answer(client, write);
  }

  /** Does something that may change keys and is no command. */
  outside(work: () => void): void {
    if (this.isHalted) return;
    try {
      work();
    } catch (error) {
      this.parts.fatal(error);
    }
    if (this.keyspace.isDirty) this.openTurn();
  }

  /** The socket takes bytes again. */
  drained(client: Client): void {
    if (!client.isClosed && !this.isHalted) this.delivery.drained(client);
  }

  /** Ends a connection once its replies have gone out. */
  end(client: Client): void {
    client.isClosing = true;
    this.joinTurn(client);
  }

  /** The other side sends nothing more. What it asked for it still gets; what would come some time it does not wait for. */
  ended(client: Client): void {
    client.isEnding = true;
    if (client.blocked && !client.blocked.isBrief) {
      client.blocked.cancel();
      client.blocked = null;
      this.end(client);
    } else if (!client.blocked && !client.isFull && !client.isBehind) this.proceed(client);
  }

  /** The connection is gone. */
  gone(client: Client): void {
    if (client.isClosed) return;
    client.isClosed = client.isClosing = true;
    client.blocked?.cancel();
    this.channels.forget(client);
    this.retained.forget(client);
    for (const { stop } of client.watched.splice(0)) stop();
    for (const work of client.whenGone) work();
    client.outgoing = [];
    this.delivery.forget(client);
    this.clients.delete(client.id);
  }

  /** Nothing is written or answered from now on. */
  halt(): void {
    this.isHalted = true;
    this.tidying.stop();
  }

  /** Ends all connections and the turn that is open. */
  close(): void {
    this.rounds.stop();
    this.tidying.stop();
    this.endTurn();
    for (const client of [...this.clients.values()]) {
      client.socket.end();
      this.gone(client);
    }
  }

  private feed(client: Client, bytes: Uint8Array<ArrayBufferLike>): void {
    if (!client.isAuthenticated && client.requests.pendingBytes + bytes.length > CLIENT_LIMITS.strangerBytesMax)
      throw new ProtocolError(`LIMIT ${CLIENT_LIMITS.strangerBytesMax} bytes are the most before AUTH`);
    client.requests.feed(bytes);
  }

  /** Runs what a client has sent; `bytes`: what has just come. */
  private perform(client: Client, bytes: Uint8Array<ArrayBufferLike> | null): void {
    const { output } = this;
    const start = output.length;
    let commands = 0;
    let touched = client.isHeld;
    let done = 0;
    let lookedAt = 0;
    const outer = this.performing;
    this.performing = client;
    try {
      if (bytes) this.feed(client, bytes);
      while (!client.blocked && !client.isClosing && this.delivery.hasRoom(client, output.length - start) && client.requests.next()) {
        const before = output.length;
        touched = this.command(client, client.requests) || touched;
        // One that waits, or whose reply is not wanted, says nothing now.
        if (output.length > before) commands++;
        if (++done % SLICE_LIMITS.commands > 0) continue;
        const now = performance.now();
        if (lookedAt === 0) lookedAt = now;
        else if (now - lookedAt > SLICE_LIMITS.ms) {
          this.fallBehind(client);
          break;
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      output.error(error.message);
      this.cutOffs.refused(client, error.message, Date.now());
      client.isClosing = true;
    } finally {
      this.performing = outer;
    }
    client.lastUsedAt = Date.now();
    client.isFull = !this.delivery.hasRoom(client, output.length - start);
    if (client.isEnding && !client.blocked && !client.isFull && !client.isBehind) client.isClosing = true;
    this.deliver(client, start, commands, touched);
  }

  /** It sent more than others can wait for: it goes on after them, and is not read from meanwhile. */
  private fallBehind(client: Client): void {
    if (client.isBehind) return;
    client.isBehind = true;
    client.socket.pause();
    setImmediate(() => {
      client.isBehind = false;
      this.proceed(client);
      if (!client.isBehind && !client.isClosed && client.unsentBytes <= CLIENT_LIMITS.unsentBytesPause) client.socket.resume();
    });
  }

  /** Runs one command; true when its reply depends on keys. */
  private command(client: Client, args: Arguments): boolean {
    this.counts.commands++;
    const { output } = this;
    output.protocol = client.protocol;
    const start = output.length;
    const command = findCommand(args);
    const wasDirty = this.keyspace.isDirty;
    run(this, client, command, args);
    if (this.keyspace.isDirty && !wasDirty) this.openTurn();
    if (command?.isWrite && client.isDurable) this.isDurable = true;
    if (this.waiters.hasWoken) this.waiters.serve();
    if (client.replies !== "on") this.silence(client, start, textAt(args, 0), args);
    return command?.isWrite || command?.isRead || client.isHeld;
  }

  private silence(client: Client, start: number, name: string, args: Arguments): void {
    const isReply = name.toUpperCase() === "CLIENT" && args.count > 1 && wordAt(args, 1) === "REPLY";
    if (client.replies === "skip-next" && !isReply) client.replies = "skip";
    if (client.replies !== "skip-next" || !isReply) this.output.length = start;
    if (client.replies === "skip") client.replies = "on";
  }

  private deliver(client: Client, start: number, commands: number, touched: boolean): void {
    const { output } = this;
    const isHeld = touched && this.keyspace.isDirty;
    if (output.length > start) {
      if (isHeld || client.outgoing.length > 0 || client.unsentBytes > 0 || start > 0) {
        const bytes = output.copy(start);
        client.outgoing.push({ bytes, commands, asked: commands > 0 ? bytes.length : 0 });
        client.isHeld ||= isHeld;
        this.joinTurn(client);
      } else this.delivery.write(client, output.buffer.subarray(start, output.length), true, output.length - start);
    }
    output.length = start;
    if (start === 0) output.clear();
    if (client.isClosing && client.outgoing.length === 0) this.flush(client);
  }

  private joinTurn(client: Client): void {
    this.turnClients.add(client);
    this.openTurn();
  }

  private openTurn(): void {
    if (this.isTurnOpen) return;
    this.isTurnOpen = true;
    this.rounds.end();
  }

  /** Commits, then sends. */
  private endTurn(): void {
    this.isTurnOpen = false;
    if (this.isHalted) return;
    if (this.isDurable) this.writers.remember(this.turnClients);
    const failure = this.commit();
    if (this.isHalted) return;
    const work = this.afterCommit.splice(0);
    if (failure === null) for (const task of work) task();
    const clients = [...this.turnClients];
    this.turnClients.clear();
    for (const client of clients) {
      if (failure !== null && client.isHeld) client.outgoing = client.outgoing.map((piece) => failed(piece, failure));
      client.isHeld = false;
      this.flush(client);
    }
    this.tidying.schedule();
  }

  /** Null, or why nothing of this turn was written. */
  private commit(): string | null {
    const { isDurable } = this;
    this.isDurable = false;
    if (!this.keyspace.isDirty) return null;
    try {
      this.keyspace.commit(isDurable);
      return null;
    } catch (error) {
      if (this.keyspace.isDirty) this.parts.fatal(error);
      return notWritten(error);
    }
  }

  private flush(client: Client): void {
    if (!client.isClosed && !this.isHalted) this.delivery.flush(client);
  }

  private cutOff(client: Client, limit: CutOffLimit): void {
    const { unsentBytes, id, name } = client;
    const event = this.channels.countOf(client) > 0 ? "slow-subscriber" : "slow-client";
    this.gone(client);
    client.socket.terminate();
    this.counts.slowSubscribers++;
    this.cutOffs.unread(client, limit, unsentBytes, Date.now());
    this.announce({ event, client: id, name, unsentBytes, limit });
  }

  /** Tells whoever listens on `ghost:hub`. */
  announce(event: Record<string, unknown>): void {
    this.channels.publish(HUB_CHANNEL, Buffer.from(JSON.stringify(event)));
  }
}

/** A reply to what was not written says so, once for each command. */
function failed(piece: Piece, failure: string): Piece {
  if (piece.commands === 0) return piece;
  return { ...piece, bytes: Buffer.from(`-${failure.replace(/[\r\n]/g, " ")}\r\n`.repeat(piece.commands)) };
}
