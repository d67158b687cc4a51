// timeout: 120s
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { type ServedHub, serveHub } from "./serving.ts";
import { frame, type Push, type Refusal, type Talk } from "./talking.ts";

/** A subscriber cannot be cut off before it has so much to read, in bytes (`subscriberBytesMax`). */
const SUBSCRIBER_BYTES_MAX = 32 * 1024 * 1024;
/** All kept messages together (`RETAINED_LIMITS.bytesMax`). */
const KEPT_BYTES_MAX = 64 * 1024 * 1024;

async function resp3(hub: ServedHub): Promise<Talk> {
  const talk = await hub.talk();
  await talk.ask("HELLO", "3");
  return talk;
}

/** GHOST.RESUME in RESP3: what it tells. */
async function resume(talk: Talk, ...words: string[]): Promise<{ position: string; replayed: number; lost: number }> {
  const { push } = (await talk.ask("GHOST.RESUME", ...words)) as Push;
  const [what, kind, name, position, replayed, lost] = push as [string, string, string, string, number, number];
  assert.equal([what, kind, name], ["ghost.resume", words[0]?.toLowerCase(), words[1]]);
  return { position, replayed, lost };
}

/** The payloads of the next messages of GHOST.RESUME. */
async function payloads(talk: Talk, count: number): Promise<unknown[]> {
  const found: unknown[] = [];
  while (found.length < count) found.push(((await talk.next()) as Push).push.at(-1));
  return found;
}

test("messages reach who subscribed to the channel or to a pattern, in RESP2 as arrays and in RESP3 as pushes", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using two = await hub.talk();
  using three = await resp3(hub);
  assert.equal(await two.ask("SUBSCRIBE", "a"), ["subscribe", "a", 1]);
  assert.equal(await two.ask("PSUBSCRIBE", "a*"), ["psubscribe", "a*", 2]);
  assert.equal(await three.ask("SUBSCRIBE", "a"), { push: ["subscribe", "a", 1] });
  assert.is(await hub.ask("PUBLISH", "a", "\x00\xff\r\n"), 3);
  assert.equal(
    [await two.next(), await two.next()],
    [
      ["message", "a", "\x00\xff\r\n"],
      ["pmessage", "a*", "a", "\x00\xff\r\n"],
    ],
  );
  assert.equal(await three.next(), { push: ["message", "a", "\x00\xff\r\n"] });
  assert.match(((await two.ask("GET", "k")) as Refusal).error, /allowed in this context/);
  // A RESP3 subscriber does all that others do, also to itself: the message comes before the reply.
  assert.equal(await three.askAll([["PUBLISH", "a", "own"], ["PING"]]), [{ push: ["message", "a", "own"] }, 3]);
  assert.is(await three.next(), "PONG");
  assert.equal(
    [(await two.next()) as unknown, await two.next()],
    [
      ["message", "a", "own"],
      ["pmessage", "a*", "a", "own"],
    ],
  );
  assert.equal(await two.ask("UNSUBSCRIBE"), ["unsubscribe", "a", 1]);
  assert.equal(await two.ask("PUNSUBSCRIBE"), ["punsubscribe", "a*", 0]);
  assert.is(await hub.ask("PUBLISH", "a", "last"), 1);
  assert.is(await hub.ask("PUBLISH", "nobody", "x"), 0);
  three[Symbol.dispose]();
  await waitFor(async () => (await hub.ask("PUBLISH", "a", "x")) === 0, { what: "the subscriber that went to be forgotten" });
});

test("each subscriber gets the messages of a publisher in their order, with none left out, and channels are one for all namespaces", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  const listeners = await Promise.all([hub.talk(), resp3(hub), resp3(hub)]);
  using publisher = await hub.talk();
  using other = await hub.talk();
  for (const listener of listeners) await listener.ask("PSUBSCRIBE", "n:*");
  await other.ask("GHOST.NAMESPACE", "another");
  const numbers = Array.from({ length: 3000 }, (_, index) => String(index));
  await Promise.all(
    [publisher, other].map((one, index) =>
      one.askAll(
        numbers.flatMap((number) => [
          ["SET", "k", number],
          ["PUBLISH", `n:${index}`, number],
        ]),
      ),
    ),
  );
  for (const listener of listeners) {
    const got: Record<string, string[]> = { "n:0": [], "n:1": [] };
    for (let count = 0; count < 6000; count++) {
      const message = (await listener.next()) as Push | string[];
      const [, , channel, payload] = (Array.isArray(message) ? message : message.push) as string[];
      got[channel ?? ""]?.push(payload ?? "");
    }
    assert.equal(got, { "n:0": numbers, "n:1": numbers });
    listener[Symbol.dispose]();
  }
});

test("a kept message reaches who listens now, and who resumes from a position before it", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using plain = await hub.talk();
  await plain.ask("SUBSCRIBE", "c:1");
  using first = await resp3(hub);
  const { position, replayed, lost } = await resume(first, "CHANNEL", "c:1");
  assert.equal([replayed, lost], [0, 0]);
  const [one, receivers] = (await hub.ask("GHOST.PUBLISH", "c:1", "1")) as [string, number];
  assert.is(receivers, 2);
  assert.equal(await plain.next(), ["message", "c:1", "1"]);
  assert.equal(await first.next(), { push: ["ghost.message", "c:1", "c:1", one, "1"] });
  assert.is(await hub.ask("PUBLISH", "c:1", "not kept"), 2);
  assert.equal(await first.next(), { push: ["ghost.message", "c:1", "c:1", "", "not kept"] });
  await hub.ask("GHOST.PUBLISH", "c:2", "2");
  const [three] = (await hub.ask("GHOST.PUBLISH", "c:1", "3")) as [string];
  using second = await resp3(hub);
  assert.equal(await resume(second, "CHANNEL", "c:1", position), { position: three, replayed: 2, lost: 0 });
  assert.equal(await payloads(second, 2), ["1", "3"]);
  assert.equal(await resume(second, "PATTERN", "c:*", one), { position: three, replayed: 2, lost: 0 });
  assert.equal(await payloads(second, 2), ["2", "3"]);
  using third = await hub.talk();
  assert.equal(await third.ask("GHOST.RESUME", "CHANNEL", "c:1", three), ["ghost.resume", "channel", "c:1", three, 0, 0]);
  assert.equal(await third.ask("UNSUBSCRIBE", "c:1"), ["unsubscribe", "c:1", 0]);
  assert.is(await third.ask("PING"), "PONG");
  // The plain one, the first, and the second's two.
  assert.is(await hub.ask("PUBLISH", "c:1", "x"), 4);
});

test("a message is kept as long as its publisher said, and not lost then but over", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await resp3(hub);
  const { position } = await resume(talk, "CHANNEL", "none");
  await hub.ask("GHOST.PUBLISH", "c", "long", "PX", "600000");
  await hub.ask("GHOST.PUBLISH", "c", "short", "PX", "1");
  await hub.ask("GHOST.PUBLISH", "c", "usual");
  await waitFor(
    async () => {
      const { replayed, lost } = await resume(talk, "CHANNEL", "c", position);
      return JSON.stringify([replayed, lost, await payloads(talk, replayed)]) === '[2,0,["long","usual"]]';
    },
    { what: "the short one to be over" },
  );
  for (const words of [["PX", "0"], ["PX", "-1"], ["PX"], ["NX", "1"]])
    assert.match(((await hub.ask("GHOST.PUBLISH", "c", "x", ...words)) as Refusal).error, /^ERR /, words.join(" "));
});

test("what the limits pushed out is told as lost, and a subscriber that was away gets all that is left", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await resp3(hub);
  const { position } = await resume(talk, "CHANNEL", "none");
  using publisher = await hub.talk();
  const size = 1024 * 1024;
  const count = KEPT_BYTES_MAX / size + 10;
  for (let index = 0; index < count; index++)
    await publisher.ask("GHOST.PUBLISH", index % 2 ? "odd" : "even", String(index).padEnd(size, "."));
  using second = await resp3(hub);
  const { replayed, lost } = await resume(second, "CHANNEL", "odd", position);
  assert.is(replayed + lost, count / 2);
  assert.ok(lost >= 5 && lost <= 6, String(lost));
  // More than a subscriber may leave unread, but it asked for it.
  const numbers = (await payloads(second, replayed)).map((payload) => Number.parseInt(String(payload), 10));
  assert.equal(
    numbers,
    Array.from({ length: replayed }, (_, index) => count - 2 * (replayed - index) + 1),
  );
  using third = await resp3(hub);
  assert.is((await resume(third, "PATTERN", "*", position)).lost + (KEPT_BYTES_MAX / size - 1) - count <= 1, true);
});

test("what is over makes room for what is still to be kept", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using publisher = await hub.talk();
  const [position] = (await publisher.ask("GHOST.PUBLISH", "other", "x")) as [string];
  await publisher.ask("GHOST.PUBLISH", "c", "long", "PX", "3600000");
  const size = 1024 * 1024;
  for (let index = 0; index < KEPT_BYTES_MAX / size + 5; index++) await publisher.ask("GHOST.PUBLISH", "c", "x".repeat(size), "PX", "1");
  using talk = await resp3(hub);
  const { replayed, lost } = await resume(talk, "CHANNEL", "c", position);
  assert.ok(replayed >= 1 && lost === 0, `${replayed} replayed, ${lost} lost`);
  assert.equal(await payloads(talk, 1), ["long"]);
});

test("after the hub began anew nobody knows what was lost, and says so", async () => {
  await using home = makeHome();
  await using first = await serveHub(home);
  const [position] = (await first.ask("GHOST.PUBLISH", "c", "1")) as [string];
  await first.kill();
  await using second = await serveHub(home);
  await second.ask("GHOST.PUBLISH", "c", "2");
  using talk = await resp3(second);
  const answer = await resume(talk, "CHANNEL", "c", position);
  assert.equal([answer.replayed, answer.lost], [1, -1]);
  assert.is.not(answer.position.split("-")[0], position.split("-")[0]);
  assert.equal(await payloads(talk, 1), ["2"]);
  for (const nonsense of ["", "x", "-", "x-y", `${answer.position.split("-")[0]}-x`])
    assert.is((await resume(talk, "CHANNEL", "other", nonsense)).lost, -1, nonsense);
});

for (const [what, size] of [
  ["small", 200],
  ["large", 1024 * 1024],
] as const) {
  test(`a subscriber that does not read ${what} messages is cut off at the limit and announced, and slows nobody`, async () => {
    await using home = makeHome();
    await using hub = await serveHub(home);
    using watching = await hub.talk();
    await watching.ask("SUBSCRIBE", "ghost:hub");
    using slow = await resp3(hub);
    await slow.ask("CLIENT", "SETNAME", "sleeper");
    await slow.ask("SUBSCRIBE", "c");
    using quick = await resp3(hub);
    await quick.ask("SUBSCRIBE", "c");
    slow.pause();
    using publisher = await hub.talk();
    const batch = Math.max(1, Math.floor(1_000_000 / size));
    const round = Array.from({ length: batch }, () => frame(["PUBLISH", "c", "x".repeat(size)]));
    let sent = 0;
    let slowest = 0;
    for (let receivers: unknown = 2; receivers === 2; sent += batch) {
      publisher.sendRaw(Buffer.concat(round));
      const startedAt = performance.now();
      for (let count = 0; count < batch; count++) {
        receivers = await publisher.next();
        await quick.next();
      }
      slowest = Math.max(slowest, performance.now() - startedAt);
      assert.ok(sent * size < SUBSCRIBER_BYTES_MAX * 3, "it was never cut off");
    }
    assert.ok(sent * size > SUBSCRIBER_BYTES_MAX * 0.7, `cut off after ${sent * size} bytes`);
    assert.ok(slowest < 3000, `a round took ${slowest} ms`);
    const [, channel, payload] = (await watching.next()) as [string, string, string];
    const { event, name, unsentBytes } = JSON.parse(payload) as { event: string; name: string; unsentBytes: number };
    assert.equal([channel, event, name, unsentBytes > SUBSCRIBER_BYTES_MAX], ["ghost:hub", "slow-subscriber", "sleeper", true]);
    slow.resume();
    await slow.ended;
    assert.match(String(await hub.ask("INFO", "stats")), /slow_subscribers:1\r/);
    assert.is(await hub.ask("PUBLISH", "c", "x"), 1);
  });
}

test.run();
