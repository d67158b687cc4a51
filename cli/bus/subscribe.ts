import type { HubSession, SessionEvent } from "../../core/bus/session/session.ts";
import type { Listener } from "../../core/bus/session/subscriptions.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { usage } from "../arguments.ts";
import { type Context, countOption } from "../context.ts";
import { withHub } from "../hub/session.ts";
import { renderMessage } from "../output/messages.ts";
import { count } from "../output/quantities.ts";
import { sinceOption } from "../since.ts";
import { readShown } from "./envelope.ts";

/** Persistent messages of a channel are kept in this stream. */
const STREAM_PREFIX = "shared:channel:";
/** Ids of messages from before that are remembered, so that none is shown twice. */
const REMEMBERED_MAX = 10_000;

/** `bus sub CHANNEL…`: messages as they come, over any number of connections, until ^C or -n. */
export async function subscribe(context: Context, channels: readonly string[]): Promise<number> {
  if (channels.length === 0) throw usage(context.verb, "sub needs a CHANNEL", "'*' in quotes is all of them; ");
  const wanted = countOption(context, "lines", 0);
  const since = sinceOption(context, new Date());
  if (since && channels.some(isGlob)) throw usage(context.verb, "--since is about channels by name, not about globs");
  const paint = await context.paint();
  const { interruption } = context;
  let shown = 0;
  let expired = 0;
  const tell = tellingAway(context);
  let haveBegunAnew = false;
  let end: (error?: unknown) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  const show = (channel: string, payload: Uint8Array, position: string): void => {
    if (wanted > 0 && shown >= wanted) return;
    const { data, from, id, sentAtMs, expiresAtMs } = readShown(channel, payload);
    if (expiresAtMs !== undefined && expiresAtMs <= Date.now()) expired++;
    else {
      const time = new Date(sentAtMs ?? Date.now());
      shown++;
      if (context.json) printLine(context, { time: time.toISOString(), channel, data, from, id, position: position || undefined });
      else context.print(...renderMessage({ time, label: channel, data, from }, context.output.columns, paint));
    }
    if (wanted > 0 && shown >= wanted) end();
  };
  interruption.addEventListener("abort", () => end());
  const onEvent = (event: SessionEvent): void => {
    tell(event);
    if (event.event === "disconnected") haveBegunAnew = false;
    if (event.event === "closed" && event.cause) end(event.cause);
  };
  await withHub(context, "subscribe", { reconnects: true, onEvent }, async (hub) => {
    const inOrder = new InOrder(show, end, (lost) => {
      // Each channel is told it of its own.
      if (lost !== null || !haveBegunAnew) context.warn(lostText(lost));
      haveBegunAnew ||= lost === null;
    });
    for (const channel of channels) await hub.subscribe(isGlob(channel) ? "pattern" : "channel", channel, inOrder);
    context.say(`listening to ${channels.join(", ")}; ^C ends`);
    if (since) for (const channel of channels) await replay(hub, channel, since, inOrder);
    inOrder.release();
    await ended;
  });
  if (expired > 0) context.warn(`${count(expired, "message")} had expired and ${expired === 1 ? "was" : "were"} left out`);
  return interruption.aborted ? 130 : 0;
}

/** Tells once that the hub is away, and that it is back: it is tried several times a second. */
export function tellingAway(context: Context): (event: SessionEvent) => void {
  let isAway = false;
  return (event) => {
    if (event.event === "disconnected" && !isAway) context.warn(`the hub is away (${event.cause.message}); trying again until it is back`);
    if (event.event === "connected" && isAway) context.say("the hub is back");
    if (event.event !== "closed") isAway = event.event === "disconnected";
  };
}

/** Prints one value a line: also on a terminal, because more follow. */
export function printLine(context: Context, value: unknown): void {
  context.print(JSON.stringify(value));
}

/** Holds back what comes while older messages are read, and leaves out what was among those. */
class InOrder implements Listener {
  private readonly show: (channel: string, payload: Uint8Array, position: string) => void;
  private readonly fail: (error: unknown) => void;
  readonly lost: (count: number | null) => void;
  private held: [string, Uint8Array, string][] | null = [];
  private readonly seen = new Set<string>();

  constructor(
    show: (channel: string, payload: Uint8Array, position: string) => void,
    fail: (error: unknown) => void,
    lost: (count: number | null) => void,
  ) {
    this.show = show;
    this.fail = fail;
    this.lost = lost;
  }

  message(channel: string, payload: Uint8Array, position: string): void {
    if (this.held) this.held.push([channel, payload, position]);
    else this.pass(channel, payload, position);
  }

  /** An older message. */
  older(channel: string, payload: Uint8Array, position: string): void {
    const { id } = readShown(channel, payload);
    if (id !== undefined && this.seen.size < REMEMBERED_MAX) this.seen.add(id);
    this.show(channel, payload, position);
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const each of held) if (!this.seen.has(readShown(each[0], each[1]).id ?? "")) this.pass(...each);
    this.seen.clear();
  }

  /** What is thrown here (the reader of our output is gone) ends the command. */
  private pass(channel: string, payload: Uint8Array, position: string): void {
    try {
      this.show(channel, payload, position);
    } catch (error) {
      this.fail(error);
    }
  }
}

async function replay(hub: HubSession, channel: string, since: Date, to: InOrder): Promise<void> {
  const reply = await hub.send(["XRANGE", `${STREAM_PREFIX}${channel}`, String(since.getTime()), "+"]);
  for (const entry of listOf(reply)) {
    const [id, fields] = listOf(entry);
    const words = listOf(fields);
    const at = words.findIndex((word, index) => index % 2 === 0 && textOf(word) === "data");
    const payload = words[at + 1];
    if (at >= 0 && payload instanceof Uint8Array) to.older(channel, payload, textOf(id) ?? "");
  }
}

function lostText(lost: number | null): string {
  return lost === null ? "messages may have been missed: the hub began anew" : `${count(lost, "message")} could not be kept and are lost`;
}

function isGlob(channel: string): boolean {
  return /[*?[\\]/.test(channel);
}
