import type { SystemView } from "../../core/api/wire.ts";
import type { HubSession } from "../../core/bus/session/session.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import { namespacesOf } from "../data/namespaces.ts";
import type { WantedWords } from "./line.ts";
import type { OfferedNames } from "./offered-names.ts";

/** What asking the hub may cost: milliseconds from the first question on, keys that one step of a scan looks at, and sagas that are looked at. */
export const HUB_NAMES_LIMITS = { waitMs: 150, scanCount: 2_000, sagas: 1_000 } as const;

/** What the hub calls the type of keys that are wanted; empty: any. */
const KEY_TYPES: Readonly<Partial<Record<WantedWords["kind"], string>>> = { streams: "stream", values: "string" };

type Client = Pick<DaemonClient, "system" | "processes">;

/** Persistent messages of a channel are kept in this stream. */
const CHANNEL_STREAM = "shared:channel:";
const SHARED = "shared:";
/** On which the daemon and the hub speak. */
const OWN_CHANNELS = ["ghost:config", "ghost:hub"];

/** Adds what the hub told within the limits; nothing where it does not run, for a completion starts none. Never rejects. */
export async function addHubNames(wanted: WantedWords, client: Client, found: OfferedNames): Promise<void> {
  const signal = AbortSignal.timeout(HUB_NAMES_LIMITS.waitMs);
  const late = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  await Promise.race([late, gather(wanted, client, found, signal).catch(() => undefined)]);
}

async function gather(wanted: WantedWords, client: Client, found: OfferedNames, signal: AbortSignal): Promise<void> {
  const { hub }: SystemView = await client.system();
  if (!hub?.running) return;
  await using session = hubSession({ path: hub.socket }, { identity: { name: "ghost-complete" }, reconnects: false });
  const { kind, namespace } = wanted;
  if (kind === "namespaces") return found.add((await namespacesOf(session)) ?? []);
  if (kind === "channels") return await gatherChannels(session, client, found, signal);
  if (namespace !== null && !(await enter(session, namespace))) return;
  if (kind === "sagas" || kind === "saga-ids") return await gatherSagas(session, wanted, found, signal);
  await gatherKeys(session, KEY_TYPES[kind] ?? "", found, signal);
  if (kind === "streams") await scan(session, `${CHANNEL_STREAM}${literal(wanted.prefix)}*`, "stream", found, signal, CHANNEL_STREAM);
}

/** The newest of their names or, of one of them, their ids. Only what is parked can be tried again or given up. */
async function gatherSagas(session: HubSession, wanted: WantedWords, found: OfferedNames, signal: AbortSignal): Promise<void> {
  const { kind, names, namespace } = wanted;
  const [, action, name = ""] = names;
  const which = [...(kind === "saga-ids" ? ["NAME", name] : []), ...(action === "retry" || action === "skip" ? ["STATE", "parked"] : [])];
  const where = namespace === null ? ["EVERYWHERE"] : [];
  const reply = await session.send(["GHOST.SAGA", "LIST", ...which, "COUNT", String(HUB_NAMES_LIMITS.sagas), ...where], signal);
  found.add(listOf(reply).map((row) => textsOf(row)[kind === "sagas" ? 2 : 3] ?? ""));
}

/** No completion makes a namespace. */
async function enter(session: HubSession, namespace: string): Promise<boolean> {
  if (!(await namespacesOf(session))?.includes(namespace)) return false;
  await session.send(["GHOST.NAMESPACE", namespace]);
  return true;
}

/** To which somebody listens, which have persistent messages, and on which Ghost itself speaks. */
async function gatherChannels(session: HubSession, client: Client, found: OfferedNames, signal: AbortSignal): Promise<void> {
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
async function gatherKeys(session: HubSession, type: string, found: OfferedNames, signal: AbortSignal): Promise<void> {
  const { prefix } = found;
  await scan(session, `${literal(prefix)}*`, type, found, signal);
  if (prefix.length < SHARED.length && SHARED.startsWith(prefix)) await scan(session, `${SHARED}*`, type, found, signal);
}

async function scan(
  session: HubSession,
  pattern: string,
  type: string,
  found: OfferedNames,
  signal: AbortSignal,
  cutOff = "",
): Promise<void> {
  const options = ["MATCH", pattern, "COUNT", String(HUB_NAMES_LIMITS.scanCount), ...(type === "" ? [] : ["TYPE", type])];
  let cursor = "0";
  do {
    const [next, keys] = listOf(await session.send(["SCAN", cursor, ...options], signal));
    found.add(textsOf(keys).map((key) => key.slice(cutOff.length)));
    cursor = textOf(next) ?? "0";
  } while (cursor !== "0" && !found.isFull);
}

function textsOf(reply: Parameters<typeof listOf>[0]): string[] {
  return listOf(reply).map((item) => textOf(item) ?? "");
}

/** A text as a glob that matches it alone. */
function literal(text: string): string {
  return text.replace(/[*?[\]\\^]/g, "\\$&");
}
