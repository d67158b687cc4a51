import { randomUUID } from "node:crypto";
import type { Received } from "../../core/bus/envelope.ts";
import type { HubSession, SessionEvent } from "../../core/bus/session/session.ts";
import { nearest } from "../../core/config/suggest.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { errorFrom } from "../../core/errors/error-from.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type Context, countOption } from "../context.ts";
import { durationOption } from "../hub/durations.ts";
import { valueIn, wordOrInput } from "../hub/input.ts";
import { withHub } from "../hub/session.ts";
import { longValue, renderMessage } from "../output/messages.ts";
import { formatDuration } from "../output/quantities.ts";
import { envelopeWriter, readShown } from "./envelope.ts";
import { printLine } from "./subscribe.ts";

/** So many channels that somebody listens to are named. */
const CHANNELS_NAMED = 10;
/** Channels that are of no use to who asks: Ghost's own, and where answers are awaited. */
const OWN_CHANNEL = /^(?:ghost:|_reply:|cache:invalidation$|metrics:)/;

/** How long an answer is waited for unless told otherwise, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** `bus request CHANNEL MESSAGE`: the first answer or, with --many, all that come in time. */
export async function request(context: Context, channel: string, word: string | undefined): Promise<number> {
  const timeoutMs = durationOption(context, "timeout") ?? TIMEOUT_MS;
  const isMany = context.flag("many");
  const wanted = isMany ? countOption(context, "lines", 0) : 1;
  const reply = `_reply:${randomUUID()}`;
  const body = valueIn(wordOrInput(context, word, "a MESSAGE"), context.flag("text"));
  const payload = envelopeWriter().write(body, { reply }, timeoutMs);
  const paint = await context.paint();
  let answers = 0;
  const show = (answer: Received): void => {
    const { from, id, sentAtMs, error } = answer;
    // Who asks many wants to see the answers of the others, too.
    if (error && !isMany) throw errorFrom(error);
    const data = error ? `failed: ${error.message}` : answer.data;
    if (context.json && isMany) printLine(context, error ? { error, from, id } : { data, from, id });
    else if (context.json) context.printJson({ data, from, id });
    else if (isMany)
      context.print(
        ...renderMessage({ time: new Date(sentAtMs ?? Date.now()), label: from ?? "answer", data }, context.output.columns, paint),
      );
    else context.print(...(context.output.isTerminal ? longValue(data, context.output.columns, paint) : [plainValue(data)]));
  };
  let whenGone: (error: Error) => void = () => undefined;
  const onEvent = (event: SessionEvent): void => {
    if (event.event === "closed" && event.cause) whenGone(event.cause);
  };
  await withHub(context, `ask ${channel}`, { onEvent }, (hub) => {
    const answered = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, timeoutMs);
      context.interruption.addEventListener("abort", () => resolve());
      const settle = (error?: unknown): void => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
      // The answer would come to a channel that nobody listens to any more.
      whenGone = settle;
      const listener = {
        message: (_: string, bytes: Uint8Array) => {
          try {
            show(readShown(reply, bytes));
            if (++answers === wanted) settle();
          } catch (error) {
            settle(error);
          }
        },
        lost: () => undefined,
      };
      hub
        .subscribe("channel", reply, listener)
        .then(() => hub.send(["PUBLISH", channel, payload]))
        .then(async (receivers) => (Number(receivers) === 0 ? settle(noResponders(channel, await listenedTo(hub))) : undefined))
        .catch(settle);
    });
    return answered;
  });
  if (context.interruption.aborted) return 130;
  if (answers === 0) throw noAnswer(channel, timeoutMs);
  return 0;
}

function plainValue(data: unknown): string {
  return typeof data === "string" ? data : JSON.stringify(data);
}

/** Channels of apps to which somebody listens, sorted. */
async function listenedTo(hub: HubSession): Promise<string[]> {
  const channels = listOf(await hub.send(["PUBSUB", "CHANNELS"])).map((channel) => textOf(channel) ?? "");
  return channels.filter((channel) => channel !== "" && !OWN_CHANNEL.test(channel)).sort();
}

function noResponders(channel: string, others: readonly string[]): GhostError {
  const meant = nearest(channel, others);
  const more = others.length > CHANNELS_NAMED ? ` and ${others.length - CHANNELS_NAMED} more` : "";
  const listened = others.length === 0 ? "to no channel of an app at all" : `to ${others.slice(0, CHANNELS_NAMED).join(", ")}${more}`;
  return new GhostError("NO_RESPONDERS", `cannot ask ${channel}: nobody listens there`, {
    hint: `${meant === null ? "" : `did you mean ${meant}? `}start the program that answers (ghost list shows what runs); now somebody listens ${listened}`,
  });
}

function noAnswer(channel: string, timeoutMs: number): GhostError {
  return new GhostError("TIMED_OUT", `cannot ask ${channel}: no answer within ${formatDuration(timeoutMs)}, though somebody listens`, {
    hint: "--timeout 30s waits longer",
  });
}
