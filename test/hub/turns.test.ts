// timeout: 120s
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { cannotMount, fillDisk, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { type ServedHub, serveHub } from "./serving.ts";
import { frame, type Refusal, type Talk } from "./talking.ts";

/** A value of `size` bytes in which each place tells where it is. */
function pattern(size: number, seed: string): string {
  return Array.from({ length: Math.ceil(size / 16) }, (_, index) => `${seed}${index}`.padEnd(16, "."))
    .join("")
    .slice(0, size);
}

async function clients(hub: ServedHub): Promise<number> {
  return Number(/connected_clients:(\d+)/.exec(String(await hub.ask("INFO", "clients")))?.[1]) - 1;
}

function isRefusal(reply: unknown): reply is Refusal {
  return typeof reply === "object" && reply !== null && "error" in reply;
}

test("commands sent together are answered in their order, across clients' turns too", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using one = await hub.talk();
  using other = await hub.talk();
  const commands = Array.from({ length: 2000 }, (_, index) =>
    index % 3 === 0 ? ["SET", "k", String(index)] : index % 3 === 1 ? ["GET", "k"] : ["ECHO", String(index)],
  );
  const expected = commands.map(([name, ...words], index) => (name === "SET" ? "OK" : name === "GET" ? String(index - 1) : words[0]));
  // The other one's key is its own: nothing of one may be seen in the other.
  const others = commands.map(([name, key, ...words]) => [name ?? "", key === "k" ? "other" : (key ?? ""), ...words]);
  const [replies, otherReplies] = await Promise.all([one.askAll(commands), other.askAll(others)]);
  assert.equal(replies, expected);
  assert.equal(otherReplies, expected);
});

test("frames may come in pieces of any size, and what they brought stays what it was", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  const keys = Array.from({ length: 300 }, (_, index) => `k${index}`);
  const bytes = Buffer.concat(keys.map((key, index) => frame(["SET", key, pattern(50 + index * 7, key)])));
  // Pieces end within frames, so that the hub puts them together in room of its own, which it uses again.
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 3001) {
    talk.sendRaw(bytes.subarray(at, at + size));
    if (at % 5 === 0) await hub.ask("PING");
  }
  for (const _ of keys) assert.is(await talk.next(), "OK");
  const values = (await talk.ask("MGET", ...keys)) as string[];
  for (const [index, key] of keys.entries()) assert.is(values[index], pattern(50 + index * 7, key), key);
});

test("one byte at a time is a way to send a command", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  for (const byte of frame(["ECHO", "a\r\nb"])) {
    talk.sendRaw(Uint8Array.of(byte));
    await hub.ask("PING");
  }
  assert.is(await talk.next(), "a\r\nb");
});

test("replies wait for a client that does not read, whole and in order, while others are served", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using slow = await hub.talk();
  using other = await hub.talk();
  const value = pattern(300_000, "slow");
  await slow.ask("SET", "big", value);
  slow.pause();
  const commands = Array.from({ length: 60 }, (_, index) => [
    ["GET", "big"],
    ["ECHO", String(index)],
  ]).flat();
  slow.sendRaw(Buffer.concat(commands.map(frame)));
  for (let turn = 0; turn < 50; turn++) await other.ask("ECHO", pattern(5000 + turn * 100, `other${turn}`));
  slow.resume();
  for (let index = 0; index < 60; index++) {
    assert.ok((await slow.next()) === value, `reply ${index}`);
    assert.is(await slow.next(), String(index));
  }
  assert.is(await slow.ask("PING"), "PONG");
});

test("small replies that wait are not mixed up with later ones", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using slow = await hub.talk();
  using other = await hub.talk();
  slow.pause();
  const sent = Array.from({ length: 400 }, (_, index) => pattern(9000, `slow${index}`));
  for (const [index, value] of sent.entries()) {
    slow.send("ECHO", value);
    if (index % 10 === 0) await other.ask("ECHO", pattern(20_000, `other${index}`));
  }
  slow.resume();
  for (const [index, value] of sent.entries()) assert.ok((await slow.next()) === value, `reply ${index}`);
});

test("who asks for more than can be sent is not served faster than it reads, and the hub stays small", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using greedy = await hub.talk();
  const value = pattern(4_000_000, "big");
  await greedy.ask("SET", "big", value);
  greedy.pause();
  // In all 240 MB, less than a client may leave unread.
  greedy.sendRaw(Buffer.concat(Array.from({ length: 60 }, () => frame(["GET", "big"]))));
  const served = async (): Promise<number> => Number(/omem=(\d+)[^\n]*cmd=get/.exec(String(await hub.ask("CLIENT", "LIST")))?.[1] ?? 0);
  await waitFor(async () => (await served()) > 0, { what: "replies that are not read" });
  assert.ok((await served()) < 32_000_000, String(await served()));
  greedy.resume();
  for (let count = 0; count < 60; count++) assert.is(String(await greedy.next()).length, value.length);
  assert.is(await greedy.ask("PING"), "PONG");
});

test("a reply that is too large is refused by name, and the connection goes on", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  await talk.ask("SET", "big", "v".repeat(20_000_000));
  const reply = await talk.ask("MGET", ...Array.from({ length: 300 }, () => "big"));
  assert.match((reply as Refusal).error, /^LIMIT /);
  assert.is(await talk.ask("PING"), "PONG");
});

test("CLIENT REPLY says which commands are answered", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  talk.sendRaw(
    Buffer.concat(
      [
        ["CLIENT", "REPLY", "OFF"],
        ["SET", "k", "1"],
        ["NOSUCH"],
        ["CLIENT", "REPLY", "ON"],
        ["CLIENT", "REPLY", "SKIP"],
        ["INCR", "k"],
        ["GET", "k"],
      ].map(frame),
    ),
  );
  assert.equal([await talk.next(), await talk.next()], ["OK", "2"]);
  assert.is(await talk.ask("PING"), "PONG");
});

test("who ends sending gets its replies, and then the end", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  const value = pattern(3_000_000, "end");
  talk.sendRaw(
    Buffer.concat([frame(["SET", "k", value]), frame(["GET", "k"]), frame(["GHOST.QUERY", "SELECT 1 AS one"]), frame(["PING"])]),
  );
  talk.endSending();
  assert.is(await talk.next(), "OK");
  assert.ok((await talk.next()) === value);
  assert.equal(JSON.parse(String(await talk.next())).rows, [[1]]);
  assert.is(await talk.next(), "PONG");
  await talk.ended;
});

test("QUIT is answered, and nothing after it is done", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  talk.sendRaw(Buffer.concat([frame(["SET", "k", "1"]), frame(["QUIT"]), frame(["SET", "k", "2"])]));
  assert.equal([await talk.next(), await talk.next()], ["OK", "OK"]);
  await talk.ended;
  assert.is(await hub.ask("GET", "k"), "1");
});

test("a client that goes in the middle of MULTI, or of a frame, changes nothing and leaves nothing", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  // The one that asked whether the hub is there may still be counted.
  await waitFor(async () => (await clients(hub)) === 0, { what: "nobody but this test to be there" });
  const leave = async (begin: (talk: Talk) => Promise<unknown>): Promise<void> => {
    using talk = await hub.talk();
    await begin(talk);
  };
  await leave((talk) => talk.askAll([["MULTI"], ["SET", "k", "1"], ["HSET", "h", "f", "1"]]));
  await leave(async (talk) => {
    await talk.ask("PING");
    talk.sendRaw(frame(["SET", "k", "1"]).subarray(0, -3));
  });
  await leave(async (talk) => {
    await talk.askAll([["MULTI"], ["SET", "k", "1"]]);
    await hub.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await talk.ended;
  });
  await leave(async (talk) => {
    await talk.ask("SET", "big", "v".repeat(2_000_000));
    talk.pause();
    for (let count = 0; count < 5; count++) talk.send("GET", "big");
    await waitFor(async () => /omem=[1-9]/.test(String(await hub.ask("CLIENT", "LIST"))), { what: "replies that are not read" });
  });
  await waitFor(async () => (await clients(hub)) === 0, { what: "the hub to forget those that went" });
  assert.equal(await hub.ask("KEYS", "*"), ["big"]);
});

test("what is no frame is refused in words, and ends that connection alone", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using good = await hub.talk();
  using bad = await hub.talk();
  bad.sendRaw(Buffer.concat([frame(["SET", "k", "1"]), Buffer.from("*1\r\n!bad\r\n")]));
  assert.is(await bad.next(), "OK");
  assert.match(((await bad.next()) as Refusal).error, /Protocol error/);
  await bad.ended;
  assert.is(await good.ask("GET", "k"), "1");
});

test.unless(
  cannotMount,
  "on a full disk writes are refused in words, keys can be read, and what was acknowledged is there when there is room again",
  async () => {
    await using home = makeHome();
    using _disk = mountSmall(join(home.dir, "data"), 6 * 1024 * 1024);
    let hub = await serveHub(home);
    try {
      let talk = await hub.talk();
      await talk.askAll([
        ["SET", "k", "first"],
        ["HSET", "h", "f", "1"],
      ]);
      const giveBack = fillDisk(join(home.dir, "data"));
      const acknowledged = new Map<string, string>();
      let refused = 0;
      for (let key = 0; key < 1000 && refused < 3; key++) {
        const value = pattern(20_000, `v${key}`);
        const [set, get] = await talk.askAll([
          ["SET", `k${key}`, value],
          ["GET", "k"],
        ]);
        if (set === "OK") acknowledged.set(`k${key}`, value);
        else {
          refused++;
          assert.match((set as Refusal).error, /^NO_SPACE cannot write: .*(full|space)/i);
          // Asked in the same turn, and so as uncertain.
          assert.ok(get === "first" || isRefusal(get));
        }
      }
      assert.is(refused, 3);
      const whole = await talk.askAll([["MULTI"], ["SET", "m", pattern(50_000, "m")], ["HSET", "m2", "f", pattern(50_000, "m")], ["EXEC"]]);
      assert.ok(whole.some(isRefusal), "the transaction was refused");
      assert.equal(
        await talk.askAll([
          ["GET", "k"],
          ["EXISTS", "m", "m2"],
          ["HGET", "h", "f"],
        ]),
        ["first", 0, "1"],
      );
      // Killed and begun anew on the full disk it still reads.
      await hub.kill();
      hub = await serveHub(home);
      talk = await hub.talk();
      assert.is(await talk.ask("GET", "k"), "first");
      for (const [key, value] of acknowledged) assert.ok((await talk.ask("GET", key)) === value, key);
      giveBack();
      await waitFor(async () => (await talk.ask("SET", "after", "1")) === "OK", { what: "writes to be taken again" });
      await hub.kill();
      hub = await serveHub(home);
      for (const [key, value] of acknowledged) assert.ok((await hub.ask("GET", key)) === value, key);
      assert.equal([await hub.ask("GET", "after"), await hub.ask("EXISTS", "m", "m2")], ["1", 0]);
      assert.is(await hub.stop(), 0);
    } finally {
      await hub.kill();
    }
  },
);

test.run();
