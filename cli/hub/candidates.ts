import type { SystemView } from "../../core/api/wire.ts";
import type { HubSession } from "../../core/bus/session/session.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import { namespacesOf } from "../data/namespaces.ts";
import type { WantedWords } from "./line.ts";

/** What completion may cost: names that are offered, milliseconds from the first question on, and keys that one step of a scan looks at. */
export const COMPLETION_LIMITS = { namesMax: 200, waitMs: 150, scanCount: 2_000 } as const;

/** Persistent messages of a channel are kept in this stream. */
const CHANNEL_STREAM = "shared:channel:";
const SHARED = "shared:";
/** On which the daemon and the hub speak. */
const OWN_CHANNELS = ["ghost:config", "ghost:hub"];
/** Where answers to requests go: nobody types them. */
const REPLIES = "_reply:";
/** What a shell could not pass on in one word. */
const UNFIT = /[\s\p{Cc}\uFFFD]/u;

/**
 * Names that complete a word, sorted: what the hub told within the limits; nothing where it does not run, for a completion starts none. Never rejects.
 */
export async function candidates(wanted: WantedWords, client: Pick<DaemonClient, "system" | "processes">): Promise<string[]> {
  const found = new Names(wanted.prefix);
  const signal = AbortSignal.timeout(COMPLETION_LIMITS.waitMs);
  const late = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  await Promise.race([late, gather(wanted, client, found, signal).catch(() => undefined)]);
  return found.sorted();
}

async function gather(
  wanted: WantedWords,
  client: Pick<DaemonClient, "system" | "processes">,
  found: Names,
  signal: AbortSignal,
): Promise<void> {
  const { hub }: SystemView = await client.system();
  if (!hub?.running) return;
  await using session = hubSession({ path: hub.socket }, { identity: { name: "ghost-complete" }, reconnects: false });
  const { kind, namespace } = wanted;
  if (kind === "namespaces") return found.add((await namespacesOf(session)) ?? []);
  if (kind === "channels") return await gatherChannels(session, client, found, signal);
  if (namespace !== null && !(await enter(session, namespace))) return;
  await gatherKeys(session, { channels: "", streams: "stream", values: "string", keys: "" }[kind], found, signal);
  if (kind === "streams") await scan(session, `${CHANNEL_STREAM}${literal(wanted.prefix)}*`, "stream", found, signal, CHANNEL_STREAM);
}

/** No completion makes a namespace. */
async function enter(session: HubSession, namespace: string): Promise<boolean> {
  if (!(await namespacesOf(session))?.includes(namespace)) return false;
  await session.send(["GHOST.NAMESPACE", namespace]);
  return true;
}

/** To which somebody listens, which have persistent messages, and on which Ghost itself speaks. */
async function gatherChannels(
  session: HubSession,
  client: Pick<DaemonClient, "processes">,
  found: Names,
  signal: AbortSignal,
): Promise<void> {
  const { prefix } = found;
  const active = session.send(["PUBSUB", "CHANNELS", `${literal(prefix)}*`], signal).then((reply) => found.add(textsOf(reply)));
  const own = client.processes().then((list) => {
    found.add(OWN_CHANNELS);
    found.add(list.flatMap(({ name }) => [`ghost:process:${name}`, `metrics:${name}`]));
  });
  const kept = scan(session, `${CHANNEL_STREAM}${literal(prefix)}*`, "stream", found, signal, CHANNEL_STREAM);
  await Promise.allSettled([active, own, kept]);
}

/** Keys that all apps have in common are found only by a glob that begins as they do. */
async function gatherKeys(session: HubSession, kind: string, found: Names, signal: AbortSignal): Promise<void> {
  const { prefix } = found;
  await scan(session, `${literal(prefix)}*`, kind, found, signal);
  if (prefix.length < SHARED.length && SHARED.startsWith(prefix)) await scan(session, `${SHARED}*`, kind, found, signal);
}

async function scan(session: HubSession, pattern: string, kind: string, found: Names, signal: AbortSignal, cutOff = ""): Promise<void> {
  const options = ["MATCH", pattern, "COUNT", String(COMPLETION_LIMITS.scanCount), ...(kind === "" ? [] : ["TYPE", kind])];
  let cursor = "0";
  do {
    const [next, keys] = listOf(await session.send(["SCAN", cursor, ...options], signal));
    found.add(textsOf(keys).map((key) => key.slice(cutOff.length)));
    cursor = textOf(next) ?? "0";
  } while (cursor !== "0" && !found.isFull);
}

/** Names that begin as they should, as many as are offered. */
class Names {
  readonly prefix: string;
  private readonly names = new Set<string>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  get isFull(): boolean {
    return this.names.size >= COMPLETION_LIMITS.namesMax;
  }

  add(names: readonly string[]): void {
    for (const name of names) {
      if (this.isFull) return;
      if (name.startsWith(this.prefix) && !name.startsWith(REPLIES) && name !== "" && !UNFIT.test(name)) this.names.add(name);
    }
  }

  sorted(): string[] {
    return [...this.names].sort();
  }
}

function textsOf(reply: Parameters<typeof listOf>[0]): string[] {
  return listOf(reply).map((item) => textOf(item) ?? "");
}

/** A text as a glob that matches it alone. */
function literal(text: string): string {
  return text.replace(/[*?[\]\\^]/g, "\\$&");
}
