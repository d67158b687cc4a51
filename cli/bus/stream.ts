import type { HubSession } from "../../core/bus/session/session.ts";
import { type HubReply, listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { noSuchAction, usage } from "../arguments.ts";
import { type Context, countOption } from "../context.ts";
import { valueIn, wordOrInput } from "../hub/input.ts";
import { withHub } from "../hub/session.ts";
import { renderMessage } from "../output/messages.ts";
import type { Paint } from "../output/paint.ts";
import { renderGroupsOfStream, renderPending } from "../output/streams.ts";
import { sinceOption } from "../since.ts";
import { retryDead, showDead } from "./dead-letters.ts";
import { entriesOf, entryTime, pairsOf, type StreamEntry } from "./entries.ts";
import { envelopeWriter } from "./envelope.ts";
import { deadNamed, streamNamed } from "./stream-name.ts";
import { printLine, tellingAway } from "./subscribe.ts";

/** As many entries are shown unless told otherwise. */
const SHOWN_ENTRIES = 20;
/** How long one wait for new entries takes at most, in milliseconds; then the next begins. */
const BLOCK_MS = 60_000;

const ACTIONS = ["add", "read", "tail", "create", "groups", "pending", "dead", "retry"] as const;
/** Those that make a stream where there is none: their NAME is a stream's own, and no channel's. */
const MAKING: readonly string[] = ["add", "create"];

/** `bus stream ACTION NAME …`; a NAME may also be that of a channel with persistent messages. */
export async function stream(context: Context, [action, name, word, ...more]: readonly string[]): Promise<number> {
  if (action === undefined) throw usage(context.verb, `stream needs one of ${ACTIONS.join(", ")}`);
  if (!ACTIONS.includes(action as (typeof ACTIONS)[number])) throw noSuchAction(`${context.verb} stream`, action, ACTIONS);
  if (name === undefined) throw usage(context.verb, `stream ${action} needs the NAME of a stream`);
  const extra = action === "add" || action === "retry" ? more[0] : word;
  if (extra !== undefined) throw usage(context.verb, `${extra} is one argument too many`);
  const use = action === "tail" ? { reconnects: true, onEvent: tellingAway(context) } : {};
  return withHub(context, `use the stream ${name}`, use, async (hub) => {
    if (action === "dead" || action === "retry") return deadOrRetry(context, hub, action, name, word);
    return on(context, hub, action, MAKING.includes(action) ? name : await streamNamed(hub, name), word);
  });
}

async function deadOrRetry(
  context: Context,
  hub: HubSession,
  action: "dead" | "retry",
  name: string,
  id: string | undefined,
): Promise<number> {
  const place = await deadNamed(hub, name, context.text("dead"));
  if (action === "dead") return showDead(context, hub, place, countOption(context, "lines", SHOWN_ENTRIES));
  return retryDead(context, hub, name, place, id);
}

async function on(context: Context, hub: HubSession, action: string, name: string, word: string | undefined): Promise<number> {
  switch (action) {
    case "add":
      return add(context, hub, name, word ?? context.passed[0]);
    case "read":
      return context.text("group") === undefined ? read(context, hub, name) : readAs(context, hub, name, context.text("group") ?? "");
    case "tail":
      return tail(context, hub, name);
    case "create":
      return create(context, hub, name);
    case "groups":
      return groups(context, hub, name);
    default:
      return pending(context, hub, name);
  }
}

async function add(context: Context, hub: HubSession, name: string, word: string | undefined): Promise<number> {
  const most = context.text("maxLength") === undefined ? [] : ["MAXLEN", "~", String(countOption(context, "maxLength", 0))];
  const text = wordOrInput(context, word, "a MESSAGE");
  const id = context.text("id");
  const payload = context.flag("raw") ? text : envelopeWriter().write(valueIn(text, context.flag("text")), { id });
  const entry = textOf(await hub.send(["XADD", name, ...most, "*", "data", payload]));
  if (context.json) context.printJson({ stream: name, entry });
  else if (!context.quiet) context.print(entry ?? "");
  return 0;
}

/** The last entries, or the first since a time; oldest first. */
async function read(context: Context, hub: HubSession, name: string): Promise<number> {
  const entries = entriesOf(await rangeOf(context, hub, name));
  await show(context, entries);
  if (entries.length === 0) context.say(`no entries in ${name}`);
  return 0;
}

async function rangeOf(context: Context, hub: HubSession, name: string): Promise<HubReply> {
  const count = String(countOption(context, "lines", SHOWN_ENTRIES));
  const since = sinceOption(context, new Date());
  if (since) return hub.send(["XRANGE", name, String(since.getTime()), "+", "COUNT", count]);
  return [...listOf(await hub.send(["XREVRANGE", name, "+", "-", "COUNT", count]))].reverse();
}

/** What the group has not seen yet, as a member of it. */
async function readAs(context: Context, hub: HubSession, name: string, group: string): Promise<number> {
  const consumer = context.text("consumer") ?? "cli";
  const count = String(countOption(context, "lines", SHOWN_ENTRIES));
  const reply = await inGroup(name, group, hub.send(["XREADGROUP", "GROUP", group, consumer, "COUNT", count, "STREAMS", name, ">"]));
  const entries = entriesOf(streamIn(reply));
  await show(context, entries);
  if (entries.length === 0) context.say(`nothing new for ${group} in ${name}`);
  if (!context.flag("ack") || entries.length === 0) return 0;
  await hub.send(["XACK", name, group, ...entries.map(({ id }) => id)]);
  return 0;
}

/** The one stream of XREAD's reply, which is pairs of name and entries: nested in RESP2, in turn in RESP3. */
function streamIn(reply: HubReply): HubReply {
  const [first, second] = listOf(reply);
  return second ?? listOf(first)[1] ?? [];
}

async function tail(context: Context, hub: HubSession, name: string): Promise<number> {
  const wanted = countOption(context, "lines", 0);
  const since = sinceOption(context, new Date());
  let last = since ? `${since.getTime() - 1}-18446744073709551615` : await lastId(hub, name);
  let shown = 0;
  context.say(`following ${name}; ^C ends`);
  try {
    while (wanted === 0 || shown < wanted) {
      const count = wanted === 0 ? [] : ["COUNT", String(wanted - shown)];
      const words = ["XREAD", ...count, "BLOCK", String(BLOCK_MS), "STREAMS", name, last];
      const reply = await hub.send(words, context.interruption).catch(unlessAway);
      const entries = entriesOf(streamIn(reply));
      await show(context, entries);
      shown += entries.length;
      last = entries.at(-1)?.id ?? last;
    }
    return 0;
  } catch (error) {
    if (context.interruption.aborted) return 130;
    throw error;
  }
}

/** A reader that knows where it is can ask again: while the hub is away there is nothing. */
function unlessAway(error: unknown): HubReply {
  if (error instanceof GhostError && error.code === "HUB_UNREACHABLE") return null;
  throw error;
}

async function lastId(hub: HubSession, name: string): Promise<string> {
  const [entry] = entriesOf(await hub.send(["XREVRANGE", name, "+", "-", "COUNT", "1"]));
  return entry?.id ?? "0-0";
}

async function create(context: Context, hub: HubSession, name: string): Promise<number> {
  const group = needGroup(context, "create");
  const since = sinceOption(context, new Date());
  await hub.send(["XGROUP", "CREATE", name, group, since ? String(since.getTime()) : "$", "MKSTREAM"]);
  if (context.json) context.printJson({ stream: name, group });
  else context.say(`group ${group} reads ${name} from ${since ? since.toISOString() : "now"} on`);
  return 0;
}

async function groups(context: Context, hub: HubSession, name: string): Promise<number> {
  const found = listOf(await ofStream(name, hub.send(["XINFO", "GROUPS", name]))).map(pairsOf);
  if (context.json) for (const group of found) printLine(context, group);
  else if (found.length === 0) context.say(`no groups read ${name}; ghost bus stream create ${name} --group G makes one`);
  else if (!context.quiet) context.print(...renderGroupsOfStream(found, context.output.columns, await context.paint()));
  return 0;
}

async function pending(context: Context, hub: HubSession, name: string): Promise<number> {
  const group = needGroup(context, "pending");
  const count = String(countOption(context, "lines", SHOWN_ENTRIES));
  const rows = listOf(await inGroup(name, group, hub.send(["XPENDING", name, group, "-", "+", count]))).map((row) => {
    const [id, consumer, idleMs, deliveries] = listOf(row);
    return { id: textOf(id) ?? "", consumer: textOf(consumer) ?? "", idleMs: Number(idleMs), deliveries: Number(deliveries) };
  });
  if (context.json) for (const row of rows) printLine(context, row);
  else if (rows.length === 0) context.say(`nothing waits for an acknowledgement of ${group}`);
  else if (!context.quiet) context.print(...renderPending(rows, context.output.columns, await context.paint()));
  return 0;
}

function needGroup(context: Context, action: string): string {
  const group = context.text("group");
  if (group === undefined) throw usage(context.verb, `stream ${action} needs --group`, "ghost bus stream groups NAME shows them; ");
  return group;
}

async function inGroup<T>(name: string, group: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOGROUP")) throw error;
    throw new GhostError("NOT_FOUND", `cannot read ${name}: it has no group ${group}`, {
      hint: `ghost bus stream create ${name} --group ${group} makes it; --since 1h lets it begin earlier`,
      cause: error,
    });
  }
}

async function ofStream<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes("no such key")) throw error;
    throw new GhostError("NOT_FOUND", `cannot look into ${name}: there is no such stream`, {
      hint: `ghost bus stream add ${name} MESSAGE makes it; ghost bus pub ${name} MESSAGE --persist that of the channel`,
      cause: error,
    });
  }
}

async function show(context: Context, entries: readonly StreamEntry[]): Promise<void> {
  const paint: Paint = await context.paint();
  for (const entry of entries) {
    const time = entryTime(entry.id);
    if (context.json) printLine(context, { ...entry, time: time.toISOString() });
    else context.print(...renderMessage({ time, label: entry.id, data: entry.data, from: entry.from }, context.output.columns, paint));
  }
}
