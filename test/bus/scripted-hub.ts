import { Replies } from "../../core/bus/resp/replies.ts";
import type { Reply } from "../../core/bus/resp/reply.ts";
import { HubSession, type SessionEvent, type SessionOptions } from "../../core/bus/session/session.ts";
import type { Connect, LinkEvents } from "../../core/bus/session/transport.ts";
import { settled, VirtualClock } from "./virtual-clock.ts";

const text = (value: Reply): string => new TextDecoder().decode(value as Uint8Array);

/** One connection, as the hub sees it. */
export class ScriptedConnection {
  readonly events: LinkEvents;
  /** What arrived, a write each. */
  readonly writes: string[] = [];
  /** What arrived, a command each. */
  readonly commands: string[] = [];
  isClosed = false;
  isPaused = false;
  /** What `write` gives: false until `drain`. */
  takes = true;
  private readonly hub: ScriptedHub;
  private readonly reader = new Replies({ reply: (command) => this.receive(command as Reply[]), push: () => undefined });

  constructor(hub: ScriptedHub, events: LinkEvents) {
    this.hub = hub;
    this.events = events;
  }

  write(bytes: Uint8Array): boolean {
    this.writes.push(new TextDecoder().decode(bytes));
    this.reader.feed(bytes.slice());
    return this.takes;
  }

  /** Sends this to the client, now. */
  say(...replies: string[]): void {
    for (const reply of replies) this.events.onData(new TextEncoder().encode(reply));
  }

  /** Ends the connection. */
  end(): void {
    if (!this.isClosed) this.events.onClose();
    this.isClosed = true;
  }

  private receive(words: readonly Reply[]): void {
    const command = words.map(text).join(" ");
    this.commands.push(command);
    const answer = this.hub.answers(command);
    if (answer !== null) queueMicrotask(() => !this.isClosed && this.say(answer));
  }
}

/** A hub that says what a test tells it to, and a session with it on a clock of its own. */
export class ScriptedHub {
  readonly clock = new VirtualClock();
  readonly connections: ScriptedConnection[] = [];
  readonly events: SessionEvent[] = [];
  /** Why nobody can connect; null: everybody can. */
  refuses: Error | null = null;
  /** The answers to commands that begin with these words, the longest first; null: none, for now. The rest gets `+OK`. */
  readonly script = new Map<string, string | null>();

  answers(command: string): string | null {
    const known = [...this.script.keys()].filter((begin) => command.startsWith(begin)).sort((a, b) => b.length - a.length)[0];
    return known === undefined ? "+OK\r\n" : (this.script.get(known) ?? null);
  }

  session(more: Partial<SessionOptions> = {}): HubSession {
    const onEvent = (event: SessionEvent) => this.events.push(event);
    return new HubSession({ connect: this.connect, clock: this.clock, random: () => 0.5, onEvent, ...more });
  }

  /** The newest connection. */
  get now(): ScriptedConnection {
    return this.connections.at(-1) as ScriptedConnection;
  }

  private readonly connect: Connect = async (events) => {
    await settled();
    if (this.refuses) throw this.refuses;
    const connection = new ScriptedConnection(this, events);
    this.connections.push(connection);
    return {
      write: (bytes) => connection.write(bytes),
      pause: () => {
        connection.isPaused = true;
      },
      resume: () => {
        connection.isPaused = false;
      },
      close: () => connection.end(),
    };
  };
}

/** A bulk string on the wire. */
export const bulk = (value: string): string => `$${new TextEncoder().encode(value).length}\r\n${value}\r\n`;
/** A push of bulk strings on the wire; numbers are integers. */
export const push = (...items: (string | number)[]): string =>
  `>${items.length}\r\n${items.map((item) => (typeof item === "number" ? `:${item}\r\n` : bulk(item))).join("")}`;
