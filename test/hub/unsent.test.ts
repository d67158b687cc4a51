import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { serveHub } from "./serving.ts";

const LIMIT = 4 * 1024 * 1024;
const PAYLOAD = "x".repeat(1024 * 1024);

test("when all clients together do not read too much, who has read least is cut off and announced, and the others lose nothing", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home, { GHOST_HUB_UNSENT_BYTES_MAX: String(LIMIT) });
  using watching = await hub.talk();
  await watching.ask("SUBSCRIBE", "ghost:hub");
  using big = await hub.talk();
  await big.ask("CLIENT", "SETNAME", "big");
  await big.ask("SUBSCRIBE", "a");
  await big.ask("SUBSCRIBE", "b");
  using small = await hub.talk();
  await small.ask("SUBSCRIBE", "a");
  big.pause();
  small.pause();
  using publisher = await hub.talk();
  let sent = 0;
  do {
    await publisher.ask("PUBLISH", "a", PAYLOAD);
    sent++;
    assert.ok(sent < 10, "it was never cut off");
  } while ((await publisher.ask("PUBLISH", "b", PAYLOAD)) === 1);
  const { event, name, limit, unsentBytes } = JSON.parse(((await watching.next()) as string[])[2] as string) as Record<string, unknown>;
  assert.equal([event, name, limit], ["slow-subscriber", "big", "allUnsentBytesMax"]);
  assert.ok((unsentBytes as number) > LIMIT / 2 && (unsentBytes as number) < LIMIT + PAYLOAD.length * 2);
  small.resume();
  for (let read = 0; read < sent; read++) assert.equal(await small.next(), ["message", "a", PAYLOAD]);
  assert.is(await publisher.ask("PUBLISH", "a", "again"), 1);
  assert.equal(await small.next(), ["message", "a", "again"]);
});

test("replies that many clients do not read count as well, and what was read does not", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home, { GHOST_HUB_UNSENT_BYTES_MAX: String(LIMIT) });
  using watching = await hub.talk();
  await watching.ask("SUBSCRIBE", "ghost:hub");
  await hub.ask("SET", "k", PAYLOAD);
  using reader = await hub.talk();
  for (let count = 0; count < 10; count++) assert.is(await reader.ask("GET", "k"), PAYLOAD);
  // Of what each asks for the system takes some 440 KB: what a socket holds, and what a paused client still reads.
  await hub.ask("SET", "long", PAYLOAD + PAYLOAD);
  const lazy = await Promise.all(Array.from({ length: 6 }, () => hub.talk()));
  for (const talk of lazy) {
    talk.pause();
    talk.send("GET", "long");
  }
  const { event, limit } = JSON.parse(((await watching.next()) as string[])[2] as string) as Record<string, unknown>;
  assert.equal([event, limit], ["slow-client", "allUnsentBytesMax"]);
  assert.is(await reader.ask("GET", "k"), PAYLOAD);
  for (const talk of lazy) talk[Symbol.dispose]();
});

test("clients that go without having read what they asked for are forgotten", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  await hub.ask("SET", "k", PAYLOAD + PAYLOAD);
  // The moment in which one goes decides how the system tells it: hence many.
  for (let round = 0; round < 40; round++) {
    using talk = await hub.talk();
    talk.pause();
    for (let count = 0; count < 5; count++) talk.send("GET", "k");
    await waitFor(async () => /omem=[1-9]/.test(String(await hub.ask("CLIENT", "LIST"))), { what: "replies that are not read" });
  }
  await waitFor(
    async () =>
      !String(await hub.ask("CLIENT", "LIST"))
        .trim()
        .includes("\n"),
    { what: "the hub to forget them" },
  );
});

test.run();
