import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import * as assert from "uvu/assert";
import { compileGlob } from "../../core/bus/glob.ts";
import { encodeCommand } from "../../core/bus/resp/encode-command.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { failsWith } from "../storage/expect.ts";
import { startHub, startRedis } from "./servers.ts";

const text = (value: unknown): string => new TextDecoder().decode(value as Uint8Array);
const latin1 = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0));
const kinds = [
  ["Redis", startRedis, needs("redis-server")],
  ["the hub", startHub, null],
] as const;

function listener() {
  const heard: string[] = [];
  const lost: (number | null)[] = [];
  return {
    heard,
    losses: lost,
    message: (channel: string, payload: Uint8Array) => heard.push(`${channel} ${text(payload)}`),
    lost: (count: number | null) => lost.push(count),
  };
}

for (const [name, start, reason] of kinds) {
  test.unless(reason, `${name}: commands, errors and large values pass as they are`, async () => {
    await using server = await start();
    await using session = hubSession({ path: server.path });
    const value = randomBytes(3_000_000);
    assert.is(await session.send(["SET", "größe", value]), "OK");
    assert.ok(Buffer.from((await session.send(["GET", "größe"])) as Uint8Array).equals(value));
    assert.is(await session.send(["GET", "none"]), null);
    assert.is(await session.send(["INCRBY", "n", "9007199254740993"]), 9007199254740993n);
    assert.match((await session.send(["HGET", "n", "x"]).catch((error) => error)).message, /^WRONGTYPE /);
  });

  test.unless(reason, `${name}: many large commands at once arrive whole and in order`, async () => {
    await using server = await start();
    await using session = hubSession({ path: server.path });
    const values = Array.from({ length: 40 }, (_, index) => new Uint8Array(500_000).fill(index));
    const replies = await Promise.all(values.map((value) => session.send(["ECHO", value])));
    for (const [index, reply] of replies.entries()) assert.ok(Buffer.from(reply as Uint8Array).equals(values[index] as Uint8Array));
  });

  test.unless(reason, `${name}: what was received stays as it was while more is read`, async () => {
    await using server = await start();
    await using session = hubSession({ path: server.path });
    const replies = [];
    for (let index = 0; index < 300; index++) replies.push((await session.send(["ECHO", new Uint8Array(5_000).fill(index)])) as Uint8Array);
    for (const [index, reply] of replies.entries()) assert.ok(reply.every((byte) => byte === index % 256));
  });

  test.unless(reason, `${name}: a session outlives the death of its server, and listens on`, async () => {
    await using server = await start();
    const events: string[] = [];
    await using session = hubSession({ path: server.path }, { onEvent: ({ event }) => events.push(event) });
    await using other = hubSession({ path: server.path });
    const [channel, pattern] = [listener(), listener()];
    await session.subscribe("channel", "news", channel);
    await session.subscribe("pattern", "n[a-f]*", pattern);
    assert.is(await other.send(["PUBLISH", "news", "1"]), 2);
    await session.send(["PING"]);
    await server.restart();
    await waitFor(async () => (await other.send(["PUBLISH", "news", "2"]).catch(() => 0)) === 2, { what: "both subscriptions" });
    await session.send(["PING"]);
    for (const { heard, losses } of [channel, pattern]) {
      assert.equal([heard.at(0), heard.at(-1)], ["news 1", "news 2"]);
      assert.equal(losses, [null]);
    }
    assert.equal([events[0], events[1], events.at(-1)], ["connected", "disconnected", "connected"]);
  });

  test.unless(reason, `${name}: what was on its way when the server died is told as not known`, async () => {
    await using server = await start();
    await using session = hubSession({ path: server.path }, { patienceMs: 100 });
    await session.send(["PING"]);
    const sent = session.send(["SET", "a", "1"]).catch((error) => error);
    const dead = server.kill();
    await dead;
    await sent;
    await failsWith("HUB_UNREACHABLE", () => session.send(["PING"]));
  });
}

test("the hub: a subscriber that was away gets what was kept for it, and no more", async () => {
  await using server = await startHub();
  await using session = hubSession({ path: server.path });
  await using other = hubSession({ path: server.path });
  const one = listener();
  await session.subscribe("pattern", "orders:*", one);
  await other.send(["GHOST.PUBLISH", "orders:new", "1"]);
  await waitFor(() => one.heard.length === 1, { what: "the first message" });
  await other.send(["CLIENT", "KILL", "ID", String(await session.send(["CLIENT", "ID"]))]);
  for (const [channel, message] of [
    ["orders:new", "2"],
    ["else", "no"],
    ["orders:paid", "3"],
  ] as const)
    await other.send(["GHOST.PUBLISH", channel, message]);
  await waitFor(() => one.heard.length === 3, { what: "what was missed" });
  assert.equal([one.heard, one.losses], [["orders:new 1", "orders:new 2", "orders:paid 3"], []]);
});

const ALPHABET = ["a", "b", "c", "*", "*", "?", "[", "]", "^", "-", "\\", "\x80", "\xff"];

test.unless(needs("redis-server"), "globs match as Redis's do", async () => {
  await using server = await startRedis();
  await using session = hubSession({ path: server.path });
  const seed = Number(process.env.GHOST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  const draw = (below: number) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
  const word = (length: number) => Array.from({ length: draw(length + 1) }, () => ALPHABET[draw(ALPHABET.length)]).join("");
  const texts = [...new Set(["", ...Array.from({ length: 400 }, () => word(6))])];
  await using _subscriber = await subscribeTo(server.path, texts.map(latin1));
  await waitFor(async () => ((await session.send(["PUBSUB", "CHANNELS"])) as unknown[]).length === texts.length, { what: "all channels" });
  const patterns = ["", "*", "[", "[^", "[]", "[^]", "a\\", ...Array.from({ length: 4_000 }, () => word(9))];
  const answers = await Promise.all(patterns.map((pattern) => session.send(["PUBSUB", "CHANNELS", latin1(pattern)])));
  for (const [index, pattern] of patterns.entries()) {
    const redis = (answers[index] as Uint8Array[]).map((bytes) => String.fromCharCode(...bytes)).sort();
    const ours = texts.filter(compileGlob(pattern).matches).sort();
    assert.equal(ours, redis, `pattern ${JSON.stringify(pattern)}, GHOST_SEED=${seed}`);
  }
});

/** Subscribes on a bare connection: names that are no text. */
async function subscribeTo(path: string, channels: readonly Uint8Array[]): Promise<AsyncDisposable> {
  const socket = connect(path);
  socket.resume();
  socket.write(encodeCommand(["SUBSCRIBE", ...channels]));
  return {
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

test.run();
