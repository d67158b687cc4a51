import type { Arrival } from "../wire/connection.ts";
import { isList, type Reply, textOf } from "../wire/reply.ts";

/** Milliseconds up to which a command that blocks is simply waited for. */
const SHORT_BLOCK_MS_MAX = 200;

/** What must be known of a client to tell how many replies its next command gets. Learnt from what the first server answers. */
export class ClientState {
  /** The commands that EXEC will run, or null outside a transaction. */
  queued: (readonly string[])[] | null = null;
  /** It waits in a command that blocks; what that was. */
  blocked: readonly string[] | null = null;
  private readonly channels = new Set<string>();
  private readonly patterns = new Set<string>();

  /** Messages may come at any time. */
  get subscribed(): boolean {
    return this.channels.size + this.patterns.size > 0;
  }

  /** How many replies (messages are none) a command gets unless it is refused; null: it may block for long. */
  due(words: readonly string[]): number | null {
    const name = words[0]?.toUpperCase() ?? "";
    if (this.queued !== null && !ENDS_QUEUEING.has(name)) return 1;
    if (name === "SUBSCRIBE" || name === "PSUBSCRIBE") return Math.max(1, words.length - 1);
    if (name === "UNSUBSCRIBE") return words.length > 1 ? words.length - 1 : Math.max(1, this.channels.size);
    if (name === "PUNSUBSCRIBE") return words.length > 1 ? words.length - 1 : Math.max(1, this.patterns.size);
    return mayBlockLong(name, words) ? null : 1;
  }

  /**
   * True for what would make Redis 7.0 write a reply to EXEC that cannot be told apart: several confirmations in the place of one reply, or
   * a message to the client itself among the replies.
   */
  confuses(words: readonly string[]): boolean {
    if (this.queued === null) return false;
    const name = words[0]?.toUpperCase() ?? "";
    if (name === "PUBLISH") return this.subscribed || this.queued.some(([queued]) => /SUBSCRIBE$/i.test(queued ?? ""));
    const several = name.endsWith("UNSUBSCRIBE") ? words.length !== 2 : words.length > 2;
    return name.endsWith("SUBSCRIBE") && (several || this.queued.some(([queued]) => /^PUBLISH$/i.test(queued ?? "")));
  }

  /** True when it is a message, not a reply to anything. */
  isMessage(arrival: Arrival): boolean {
    if (!("items" in arrival) || (arrival.kind !== "push" && !this.subscribed)) return false;
    const what = textOf(arrival.items[0]);
    return (what === "message" && arrival.items.length === 3) || (what === "pmessage" && arrival.items.length === 4);
  }

  /** Learns from the reply to a command. Gives the queued commands when it was the EXEC that ran them. */
  learn(words: readonly string[], reply: Reply): readonly (readonly string[])[] | undefined {
    const name = words[0]?.toUpperCase() ?? "";
    if (isList(reply)) this.learnSubscriptions(reply);
    if (reply.kind === "simple" && reply.text === "QUEUED" && this.queued !== null && !ENDS_QUEUEING.has(name)) this.queued.push(words);
    if (name === "MULTI" && reply.kind === "simple" && reply.text === "OK") this.queued ??= [];
    if (name === "RESET" && reply.kind === "simple" && reply.text === "RESET") this.forget();
    const ran = name === "EXEC" && this.queued !== null ? this.queued : undefined;
    if ((name === "EXEC" || name === "DISCARD") && !isArityError(reply)) this.queued = null;
    return ran;
  }

  private learnSubscriptions(reply: Reply): void {
    if (!isList(reply)) return;
    for (const item of reply.items) this.learnSubscriptions(item);
    const [what, name] = [textOf(reply.items[0]), textOf(reply.items[1])];
    if (reply.items.length !== 3 || name === null) return;
    if (what === "subscribe") this.channels.add(name);
    if (what === "unsubscribe") this.channels.delete(name);
    if (what === "psubscribe") this.patterns.add(name);
    if (what === "punsubscribe") this.patterns.delete(name);
  }

  private forget(): void {
    this.queued = null;
    this.channels.clear();
    this.patterns.clear();
  }
}

const ENDS_QUEUEING = new Set(["EXEC", "DISCARD", "MULTI", "WATCH", "QUIT", "RESET"]);

function mayBlockLong(name: string, words: readonly string[]): boolean {
  if (name !== "XREAD" && name !== "XREADGROUP") return false;
  const at = words.findIndex((word) => word.toUpperCase() === "BLOCK");
  const ms = Number(words[at + 1]);
  return at > 0 && !(ms >= 1 && ms <= SHORT_BLOCK_MS_MAX);
}

function isArityError(reply: Reply): boolean {
  return reply.kind === "error" && reply.text.startsWith("ERR wrong number");
}
