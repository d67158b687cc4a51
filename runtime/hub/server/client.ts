import { Requests } from "../../../core/bus/resp/requests.ts";
import type { Space, Watcher } from "../keyspace/space.ts";
import type { Arguments } from "./arguments.ts";

/** The connection of one client, as the runtime's sockets offer it. */
export interface ClientSocket {
  /** Gives how many of the bytes were taken; the rest is to be offered again when `drained` is called. */
  write(bytes: Uint8Array): number;
  /** Closes after what was written has gone out. */
  end(): void;
  /** Closes at once. */
  terminate(): void;
  /** Stops, or goes on with, reading. */
  pause(): void;
  resume(): void;
}

/** What is to be sent at the end of the turn. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** How many commands' replies these bytes are; 0: messages that nobody asked for. */
  readonly commands: number;
  /** So many of the bytes answer commands. */
  readonly asked: number;
}

/** A command that waits, e.g. for an entry of a stream. */
export interface Blocked {
  /** It ends by itself soon, so that a client that ended sending still gets its reply. */
  readonly isBrief?: boolean;
  /** Ends the waiting without a reply. */
  cancel(): void;
  /** CLIENT UNBLOCK: the reply that a time-out gives, or an error. */
  unblock(withError: boolean): void;
}

/** Commands gathered since MULTI. */
export interface Transaction {
  readonly queue: Arguments[];
  /** A command was refused when it was queued: EXEC does nothing. */
  isBroken: boolean;
}

/** A key under WATCH. */
export interface WatchedKey {
  readonly space: Space;
  readonly key: string;
  readonly wasExpired: boolean;
  readonly stop: () => void;
}

/** One connected client. */
export interface Client {
  readonly id: number;
  readonly socket: ClientSocket;
  readonly requests: Requests;
  /** What `CLIENT LIST` shows: the path or address. */
  readonly address: string;
  readonly connectedAt: number;
  lastUsedAt: number;
  protocol: 2 | 3;
  /** As CLIENT SETNAME gave it. */
  name: string;
  library: string;
  libraryVersion: string;
  lastCommand: string;
  /** Whether it has said who it is, where that is needed. */
  isAuthenticated: boolean;
  /** May enter any namespace. */
  isOperator: boolean;
  /** Came by a door that is the operator's alone. */
  readonly isTrusted: boolean;
  space: Space;
  database: number;
  /** False after `GHOST.DURABILITY relaxed`. */
  isDurable: boolean;
  transaction: Transaction | null;
  /** A watched key changed: EXEC does nothing. */
  isDoomed: boolean;
  readonly watched: WatchedKey[];
  readonly doom: Watcher;
  blocked: Blocked | null;
  /** Runs what it queued since MULTI: nothing waits there. */
  isExecuting: boolean;
  readonly channels: Set<string>;
  readonly patterns: Set<string>;
  /** Subscriptions made by GHOST.RESUME. */
  readonly resumedChannels: Set<string>;
  readonly resumedPatterns: Set<string>;
  /** To be sent at the end of the turn. */
  outgoing: Piece[];
  /** Bytes that the socket did not take, and how many. */
  unsent: Uint8Array[];
  unsentBytes: number;
  /** Those of them that answer its own commands. */
  askedBytes: number;
  /** Its next commands wait until it has read what it was sent. */
  isFull: boolean;
  /** Its next commands wait for those of others. */
  isBehind: boolean;
  /** Since when more is unsent than a slow subscriber may have for a while; 0: not. */
  slowSince: number;
  /** Its commands touched keys while changes are not committed: replies wait for the commit. */
  isHeld: boolean;
  /** It sends nothing more: when its commands are done it is closed. */
  isEnding: boolean;
  isClosing: boolean;
  isClosed: boolean;
  /** What CLIENT REPLY said. */
  replies: "on" | "off" | "skip-next" | "skip";
  /** What to do when it is gone: end transactions, subscriptions and the like. */
  readonly whenGone: Set<() => void>;
}

/** A client that has just connected. */
export function makeClient(
  id: number,
  socket: ClientSocket,
  { address, isTrusted, space }: { address: string; isTrusted: boolean; space: Space },
): Client {
  const client: Client = {
    id,
    socket,
    requests: new Requests((size) => Buffer.allocUnsafe(size)),
    address,
    connectedAt: Date.now(),
    lastUsedAt: Date.now(),
    protocol: 2,
    name: "",
    library: "",
    libraryVersion: "",
    lastCommand: "NULL",
    isAuthenticated: isTrusted,
    isOperator: isTrusted,
    isTrusted,
    space,
    database: 0,
    isDurable: true,
    transaction: null,
    isDoomed: false,
    watched: [],
    doom: (_key, isChange) => {
      if (isChange) client.isDoomed = true;
    },
    blocked: null,
    isExecuting: false,
    channels: new Set(),
    patterns: new Set(),
    resumedChannels: new Set(),
    resumedPatterns: new Set(),
    outgoing: [],
    unsent: [],
    unsentBytes: 0,
    askedBytes: 0,
    isFull: false,
    isBehind: false,
    slowSince: 0,
    isHeld: false,
    isEnding: false,
    isClosing: false,
    isClosed: false,
    replies: "on",
    whenGone: new Set(),
  };
  return client;
}
