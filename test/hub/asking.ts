/** Speaks to the hub of a home as any program would that has never heard of Ghost: for tests of who starts it and who keeps it alive. */
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { HubView } from "../../core/api/wire.ts";
import { Replies } from "../../core/bus/resp/replies.ts";
import type { Reply as WireReply } from "../../core/bus/resp/reply.ts";
import { ask as askDaemon } from "../http/requests.ts";
import type { Home } from "../rig/home.ts";

/** A reply with its bytes as text. */
export type Reply = string | number | null | Error | readonly Reply[];

/** One connection; ended by `using`. */
export interface HubConnection extends Disposable {
  /** Sends a command and gives its reply. Rejects when the connection ends before. */
  ask(...words: readonly string[]): Promise<Reply>;
  /** What comes without being asked for, or after a SUBSCRIBE. */
  readonly messages: Reply[];
  /** Resolves when the other side has hung up. */
  readonly ended: Promise<void>;
}

/** Where programs find the hub of a home whose path is short. */
export function hubSocket(home: Pick<Home, "dir">): string {
  return join(home.dir, "run", "hub.sock");
}

/** Connects. Rejects with the system's error. */
export async function connectHub(path: string): Promise<HubConnection> {
  const socket = await open(path);
  const waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
  const messages: Reply[] = [];
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => {});
  const replies = new Replies({
    reply(given) {
      const reply = readable(given);
      const isMessage = Array.isArray(reply) && /message$/.test(String(reply[0]));
      const next = isMessage ? undefined : waiting.shift();
      if (next) next.resolve(reply);
      else messages.push(reply);
    },
    push: (items) => void messages.push(items.map(readable)),
  });
  socket.on("data", (bytes) => replies.feed(bytes));
  void ended.then(() => {
    for (const { reject } of waiting.splice(0)) reject(new Error("the hub hung up"));
  });
  return {
    ask: (...words) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
      }),
    messages,
    ended,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** One command on a connection of its own. */
export async function askHub(path: string, ...words: readonly string[]): Promise<Reply> {
  using hub = await connectHub(path);
  return await hub.ask(...words);
}

/** What the daemon says of the hub. */
export async function hubOf(home: Home): Promise<HubView> {
  return (await askDaemon(home, "GET", "/v1/hub")).json<HubView>();
}

function readable(reply: WireReply): Reply {
  if (reply instanceof Uint8Array) return Buffer.from(reply).toString();
  if (Array.isArray(reply)) return reply.map(readable);
  return typeof reply === "bigint" || typeof reply === "boolean" ? String(reply) : (reply as Reply);
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}
