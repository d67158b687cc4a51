/** Clients that behave badly. Each is done within seconds, whatever the server does. */
import type { Random } from "../../rig/random.ts";
import { Connection } from "../wire/connection.ts";
import { encodeCommand } from "../wire/reply.ts";
import { hostileBytes } from "./frames.ts";

/** How long an attacker looks at what comes back, in ms. */
const LOOK_MS = 20;
/** Frames that one attacker sends, at most. */
const FRAMES_MAX = 6;
/** Bytes and number of what is published to those who do not read. */
const FLOOD_BYTES = 64 * 1024;
const FLOOD_MESSAGES = 400;
/** Bytes that an attacker who does not read may have unsent before it goes, so that the flood is the server's, not ours. */
const UNSENT_BYTES_MAX = 8 * 1024 * 1024;

/** One visit; gives how many frames it sent. */
export type Attack = (address: string, random: Random) => Promise<number>;

/** All of them, with how often each comes. */
export const ATTACKS: readonly (readonly [weight: number, attack: Attack])[] = [
  [40, sendAndLook],
  [20, sendInPieces],
  [10, sendAndGo],
  [8, halfClose],
  [3, stayInTheMiddle],
  [1, subscribeAndNotRead],
  [1, askAndNotRead],
];

async function sendAndLook(address: string, random: Random): Promise<number> {
  const connection = await Connection.open(address);
  let sent = 0;
  for (; sent < random.between(1, FRAMES_MAX) && !connection.closed; sent += 1) {
    connection.sendRaw(hostileBytes(random));
    await look(connection);
  }
  connection.close();
  return sent;
}

/** The same bytes, cut anywhere: at every place of a short frame sooner or later. */
async function sendInPieces(address: string, random: Random): Promise<number> {
  const connection = await Connection.open(address);
  const bytes = hostileBytes(random).slice(0, 2_000) + encodeCommand(["PING"]).toString("latin1");
  const size = random.pick([1, 2, 3, 7, Math.ceil(bytes.length / 2)]);
  for (let at = 0; at < bytes.length && !connection.closed; at += size) {
    connection.sendRaw(bytes.slice(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await look(connection);
  connection.close();
  return 1;
}

async function sendAndGo(address: string, random: Random): Promise<number> {
  const connection = await Connection.open(address);
  for (let frame = 0; frame < FRAMES_MAX; frame += 1) connection.sendRaw(hostileBytes(random));
  await new Promise((resolve) => setImmediate(resolve));
  connection.close();
  return FRAMES_MAX;
}

async function halfClose(address: string, random: Random): Promise<number> {
  const connection = await Connection.open(address);
  connection.sendRaw(hostileBytes(random));
  connection.halfClose();
  await look(connection);
  connection.close();
  return 1;
}

/** Half a frame, or a command that blocks, and then silence for a while. */
async function stayInTheMiddle(address: string, random: Random): Promise<number> {
  const connection = await Connection.open(address);
  connection.sendRaw(
    random.pick([
      "*3\r\n$3\r\nSET\r\n$1",
      "*1\r\n$100000000\r\n",
      "*2\r\n$9\r\nSUBSCRIBE\r\n$5\r\nflood\r\n",
      "MULTI\r\nPING\r\n",
      "XREAD BLOCK 0 STREAMS x0 $\r\n",
    ]),
  );
  await connection.nextOrNull(random.between(50, 1_500)).catch(() => null);
  connection.close();
  return 1;
}

async function subscribeAndNotRead(address: string, random: Random): Promise<number> {
  const subscribers = await Promise.all(random.several(1, 3, () => Connection.open(address)));
  for (const subscriber of subscribers) {
    subscriber.send(["SUBSCRIBE", "flood"]);
    await subscriber.nextOrNull(LOOK_MS);
    subscriber.pause();
  }
  const publisher = await Connection.open(address);
  const message = "m".repeat(FLOOD_BYTES);
  for (let sent = 0; sent < FLOOD_MESSAGES && !publisher.closed; sent += 1) {
    publisher.send(["PUBLISH", "flood", message]);
    if ((await publisher.nextOrNull(5_000)) === null) break;
  }
  for (const connection of [...subscribers, publisher]) connection.close();
  return FLOOD_MESSAGES;
}

async function askAndNotRead(address: string, random: Random): Promise<number> {
  const connection = await Connection.open(address);
  await connection.call("SET", "s0", "v".repeat(FLOOD_BYTES)).catch(() => null);
  connection.pause();
  let sent = 0;
  for (; sent < random.between(100, 2_000) && !connection.closed && connection.unsentBytes < UNSENT_BYTES_MAX; sent += 1) {
    connection.send(["GET", "s0"]);
    if (sent % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  connection.close();
  return sent;
}

async function look(connection: Connection): Promise<void> {
  try {
    while ((await connection.nextOrNull(LOOK_MS)) !== null && !connection.closed);
  } catch {
    // Whatever it is that came, it is not RESP: told by the campaign's own connection if it matters.
  }
}
