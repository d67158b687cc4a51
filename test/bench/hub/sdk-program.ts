/**
 * `GHOST_HUB=SOCKET bun sdk-program.ts publish|receive|get COUNT`: an app as users build it, of `dist/sdk`, and what it reaches: messages a second that are
 * published on one connection, or that come through `for await`; or microseconds of the middle one of COUNT reads of a key.
 */
import type { Ghost as GhostOfApps } from "../../../runtime/sdk/ghost.ts";

/** As it was built: a name that the compiler does not follow, because it may not be there yet. */
const BUILT = new URL("../../../dist/sdk/index.js", import.meta.url).href;
const { Ghost } = (await import(BUILT)) as { Ghost: typeof GhostOfApps };

const [role = "", words = ""] = process.argv.slice(2);
const count = Number(words);
/** Messages of one turn. */
const BATCH = 1000;
/** A fifth more goes before, and does not count. */
const WARM_UP = 0.2;
const CHANNEL = "bench";

const measures: Record<string, () => Promise<number>> = { publish, receive, get };
console.log((await measures[role]!()).toFixed(1));
process.exit(0);

async function publish(): Promise<number> {
  await round(count * WARM_UP);
  const startedMs = performance.now();
  await round(count);
  return perSecond(startedMs);
}

async function round(messages: number): Promise<void> {
  for (let sent = 0; sent < messages; sent += BATCH)
    await Promise.all(Array.from({ length: BATCH }, (_, at) => Ghost.bus.publish(CHANNEL, { n: sent + at, text: "hello world" })));
}

async function receive(): Promise<number> {
  const messages = Ghost.bus.subscribe(CHANNEL, { overflow: "block" });
  await messages.ready;
  console.error("ready");
  let came = 0;
  let startedMs = 0;
  for await (const _ of messages) {
    came += 1;
    if (came === count * WARM_UP) startedMs = performance.now();
    if (came === count * (1 + WARM_UP)) break;
  }
  return perSecond(startedMs);
}

async function get(): Promise<number> {
  await Ghost.data.set("bench", { n: 1 });
  const times: number[] = [];
  for (let trip = 0; trip < count * 2; trip += 1) {
    const startedMs = performance.now();
    await Ghost.data.get("bench");
    if (trip >= count) times.push((performance.now() - startedMs) * 1000);
  }
  return times.sort((a, b) => a - b)[count / 2] ?? 0;
}

function perSecond(startedMs: number): number {
  return count / ((performance.now() - startedMs) / 1000);
}
