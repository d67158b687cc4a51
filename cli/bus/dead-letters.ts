import type { HubSession } from "../../core/bus/session/session.ts";
import { type HubReply, listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Context } from "../context.ts";
import { renderMessage } from "../output/messages.ts";
import { count } from "../output/quantities.ts";
import { tame } from "../output/width.ts";
import { entryTime, type StreamEntry, shownEntry } from "./entries.ts";
import { deadNamed } from "./stream-name.ts";
import { printLine } from "./subscribe.ts";

/** So many are sent again in one step. */
const BATCH = 100;
/** What the hub adds to the words of an entry that it puts aside, in this order. */
const MARKS = ["origin", "id", "deliveries"];

/** An entry that was put aside. */
interface DeadLetter extends StreamEntry {
  /** The stream that it was in, its id there, and how often it was handed out. */
  readonly origin: string;
  readonly entry: string;
  readonly deliveries: number;
  /** What its consumer said. */
  readonly reason?: string;
}

interface Kept {
  readonly id: string;
  /** Names and values in turn: its own, without the hub's. */
  readonly words: readonly HubReply[];
  readonly letter: DeadLetter;
}

/** `bus stream dead NAME`: what was put aside, and why; `entries` is an XRANGE of it. */
export async function showDead(context: Context, entries: HubReply): Promise<void> {
  const paint = await context.paint();
  for (const { letter } of listOf(entries).map(readDead)) {
    const time = entryTime(letter.id);
    const { id: label, data, from } = letter;
    if (context.json) printLine(context, { ...letter, time: time.toISOString() });
    else
      context.print(...renderMessage({ time, label, data, from }, context.output.columns, paint), `  ${paint.yellow(tame(whyOf(letter)))}`);
  }
}

/** `bus stream retry NAME [ID]`: moves what was put aside, or one of it, to the end of the stream that it came from. */
export async function retryDead(context: Context, hub: HubSession, name: string, id: string | undefined): Promise<number> {
  const key = await deadNamed(hub, name);
  const sent: { entry: string; stream: string; as: string }[] = [];
  // What fails meanwhile is put aside anew, behind what is there now.
  const [last] = listOf(await hub.send(["XREVRANGE", key, "+", "-", "COUNT", "1"]));
  const end = id ?? (last === undefined ? "-" : (textOf(listOf(last)[0]) ?? "-"));
  for (;;) {
    const batch = listOf(await hub.send(["XRANGE", key, id ?? "-", end, "COUNT", String(BATCH)])).map(readDead);
    for (const each of batch) sent.push(await sendAgain(hub, key, each));
    if (batch.length < BATCH || id !== undefined) break;
  }
  if (id !== undefined && sent.length === 0) throw missing(key, name, id);
  for (const each of context.json ? sent : []) printLine(context, each);
  if (!context.json) context.say(sent.length === 0 ? `nothing was put aside in ${key}` : told(sent));
  return 0;
}

/** In one step: no crash leaves it in both streams, or in none. */
async function sendAgain(
  hub: HubSession,
  key: string,
  { id, words, letter }: Kept,
): Promise<{ entry: string; stream: string; as: string }> {
  const { origin } = letter;
  if (origin === "") throw new GhostError("USAGE", `cannot send ${id} again: it does not say which stream it was in`);
  const again = ["XADD", origin, "*", ...words.map((word) => (word instanceof Uint8Array ? word : (textOf(word) ?? "")))];
  const steps = [["MULTI"], again, ["XDEL", key, id], ["EXEC"]];
  const replies = await Promise.all(steps.map((step) => hub.send(step)));
  return { entry: id, stream: origin, as: textOf(listOf(replies[3])[0]) ?? "" };
}

function readDead(reply: HubReply): Kept {
  const [id, fields] = listOf(reply);
  const words = [...listOf(fields)];
  const names = words.map((word, index) => (index % 2 === 0 ? textOf(word) : null));
  const hasReason = names.at(-2) === "reason";
  const from = words.length - 2 * (MARKS.length + (hasReason ? 1 : 0));
  const isMarked = from >= 0 && MARKS.every((mark, index) => names[from + 2 * index] === mark);
  const marks = isMarked ? words.splice(from) : [];
  const [, origin, , entry, , deliveries, , reason] = marks.map((word) => textOf(word) ?? "");
  const own = shownEntry(textOf(id) ?? "", words);
  const letter = { ...own, origin: origin ?? "", entry: entry ?? "", deliveries: Number(deliveries ?? 0) };
  return { id: own.id, words, letter: reason === undefined ? letter : { ...letter, reason } };
}

function whyOf({ origin, entry, deliveries, reason }: DeadLetter): string {
  if (origin === "") return "nobody says where it came from";
  return `${entry} of ${origin}, handed out ${count(deliveries, "time")}: ${reason ?? "it was not acknowledged"}`;
}

function told(sent: readonly { entry: string; stream: string; as: string }[]): string {
  const streams = [...new Set(sent.map(({ stream }) => stream))].join(", ");
  const [only] = sent;
  return `sent again to ${streams}: ${sent.length === 1 ? `${only?.entry} as ${only?.as}` : count(sent.length, "message")}`;
}

function missing(key: string, name: string, id: string): GhostError {
  return new GhostError("NOT_FOUND", `cannot send ${id} again: it is not in ${key}`, {
    hint: `ghost bus stream dead ${name} shows what is`,
  });
}
