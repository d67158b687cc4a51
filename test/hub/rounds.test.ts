import { setImmediate as pass } from "node:timers/promises";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { serveHub } from "./serving.ts";
import { frame, type Talk } from "./talking.ts";

const CLIENTS = 24;
/** More than is read of a socket at a time. */
const LARGE = 600_000;
/** Bytes of a piece, one after the other: a command is cut in its middle, and several come together. */
const PIECES = [1, 7, 300, 2, 4096, 70_000, 23, 1200];

const HOW = [
  ["in rounds", {}],
  ["by the runtime's loop alone", { GHOST_NO_FFI: "1" }],
] as const;

/** What one client says, and what it is to hear. */
function conversation(client: number): { bytes: Buffer; replies: unknown[] } {
  const commands: string[][] = [];
  const replies: unknown[] = [];
  for (let round = 0; round < 12; round++) {
    const value = `${client}:${round}:`.padEnd(round === 5 && client % 6 === 0 ? LARGE : 1 + ((client * 997 + round * 331) % 9000), "v");
    commands.push(
      ["SET", `key:${client}`, value],
      ["GET", `key:${client}`],
      ["ECHO", `${client}-${round}`],
      ["HSET", `hash:${client}`, `${round}`, value],
    );
    replies.push("OK", value, `${client}-${round}`, 1);
  }
  return { bytes: Buffer.concat(commands.map(frame)), replies };
}

async function sendInPieces(talk: Talk, bytes: Buffer, offset: number): Promise<void> {
  for (let at = 0, piece = offset; at < bytes.length; piece++) {
    const size = PIECES[piece % PIECES.length] as number;
    talk.sendRaw(bytes.subarray(at, at + size));
    at += size;
    await pass();
  }
  talk.endSending();
}

for (const [how, env] of HOW)
  test(`many clients that are read from ${how} each get their own replies in order, also after they ended sending`, async () => {
    await using home = makeHome();
    await using hub = await serveHub(home, env);
    const talks = await Promise.all(Array.from({ length: CLIENTS }, () => hub.talk()));
    const talking = talks.map(async (talk, client) => {
      const { bytes, replies } = conversation(client);
      const sent = sendInPieces(talk, bytes, client);
      for (const reply of replies)
        assert.ok((await talk.next()) === reply, `client ${client} got another reply than ${String(reply).slice(0, 30)}`);
      await sent;
      await talk.ended;
    });
    await Promise.all(talking);
    assert.is(await hub.ask("DBSIZE"), CLIENTS * 2);
  });

test.run();
