import type { HubSession } from "../../core/bus/session/session.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Context } from "../context.ts";
import { renderMessage } from "../output/messages.ts";
import { count } from "../output/quantities.ts";
import { tame } from "../output/width.ts";
import { sinceOption } from "../since.ts";
import { type DeadLetter, type Kept, readDead } from "./dead-letter.ts";
import { entryTime } from "./entries.ts";
import type { DeadPlace } from "./stream-name.ts";
import { printLine } from "./subscribe.ts";

/** So many are looked at in one step. */
const BATCH = 100;
/** `bus stream dead NAME`: what was put aside, and why: the last `most`, or the first since a time. */
export async function showDead(context: Context, hub: HubSession, place: DeadPlace, most: number): Promise<number> {
  const paint = await context.paint();
  const letters = await find(hub, place, sinceOption(context, new Date()), most);
  for (const { letter } of letters) {
    const time = entryTime(letter.id);
    const { id: label, data, from } = letter;
    if (context.json) printLine(context, { ...letter, time: time.toISOString() });
    else
      context.print(...renderMessage({ time, label, data, from }, context.output.columns, paint), `  ${paint.yellow(tame(whyOf(letter)))}`);
  }
  if (letters.length === 0) context.say(...nothing(place));
  return 0;
}

/** Oldest first. */
async function find(hub: HubSession, { key, origins }: DeadPlace, since: Date | undefined, most: number): Promise<Kept[]> {
  const found: Kept[] = [];
  for (let from = since ? String(since.getTime()) : "+"; ; ) {
    const range = since ? ["XRANGE", key, from, "+"] : ["XREVRANGE", key, from, "-"];
    const batch = listOf(await hub.send([...range, "COUNT", String(BATCH)])).map(readDead);
    found.push(...batch.filter(isOf(origins)));
    if (batch.length < BATCH || found.length >= most) break;
    from = `(${batch.at(-1)?.id}`;
  }
  return since ? found.slice(0, most) : found.slice(0, most).reverse();
}

/** `bus stream retry NAME [ID]`: moves what was put aside, or one of it, to the end of the stream that it came from. */
export async function retryDead(
  context: Context,
  hub: HubSession,
  name: string,
  place: DeadPlace,
  id: string | undefined,
): Promise<number> {
  const { key } = place;
  const sent: { entry: string; stream: string; as: string }[] = [];
  // What fails meanwhile is put aside anew, behind what is there now.
  const [last] = listOf(await hub.send(["XREVRANGE", key, "+", "-", "COUNT", "1"]));
  const end = id ?? (last === undefined ? "-" : (textOf(listOf(last)[0]) ?? "-"));
  for (let start = id ?? "-"; ; ) {
    const batch = listOf(await hub.send(["XRANGE", key, start, end, "COUNT", String(BATCH)])).map(readDead);
    for (const each of batch.filter(isOf(place.origins))) sent.push(await sendAgain(hub, key, each));
    if (batch.length < BATCH || id !== undefined) break;
    start = `(${batch.at(-1)?.id}`;
  }
  if (id !== undefined && sent.length === 0) throw missing(key, name, id);
  for (const each of context.json ? sent : []) printLine(context, each);
  if (!context.json) context.say(...(sent.length === 0 ? nothing(place) : [told(sent)]));
  return 0;
}

function isOf(origins: readonly string[] | null): (kept: Kept) => boolean {
  return ({ letter }) => origins === null || origins.includes(letter.origin);
}

function nothing({ key, origins }: DeadPlace): string[] {
  if (origins !== null) return [`nothing of ${origins.join(" or ")} was put aside in ${key}`];
  return [`nothing was put aside in ${key}`, "hint: --dead NAME looks where a group puts aside that has a name of its own for it"];
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
