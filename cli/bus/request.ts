import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Received } from "../../core/bus/envelope.ts";
import type { SessionEvent } from "../../core/bus/session/session.ts";
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
        .then((receivers) => (Number(receivers) === 0 ? settle(noResponders(channel, join(context.home, "run", "hub.sock"))) : undefined))
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

function noResponders(channel: string, socket: string): GhostError {
  return new GhostError("NO_RESPONDERS", `cannot ask ${channel}: nobody listens there`, {
    hint: `start who answers, or look who listens: redis-cli -s ${socket} PUBSUB CHANNELS; ghost list shows what runs`,
  });
}

function noAnswer(channel: string, timeoutMs: number): GhostError {
  return new GhostError("TIMED_OUT", `cannot ask ${channel}: no answer within ${formatDuration(timeoutMs)}, though somebody listens`, {
    hint: "--timeout 30s waits longer",
  });
}
