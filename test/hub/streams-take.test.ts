import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { startStreams } from "./streams-rig.ts";

type Taken = [string, [string, string[], number][]][] | null;

test("a persistent message is on disk, reaches who listens, and is taken once", async () => {
  await using rig = await startStreams();
  const line = await rig.connect();
  const heard = await line.listen("news");
  const [id, receivers, duplicate] = (await line("GHOST.PUBLISH", "news", "one", "PERSIST", "ID", "m1")) as [string, number, number];
  assert.equal([receivers, duplicate], [1, 0]);
  assert.equal(await line("GHOST.PUBLISH", "news", "one", "PERSIST", "ID", "m1"), [id, 0, 1]);
  await line("GHOST.PUBLISH", "news", "two", "PERSIST");
  while (heard.length < 2) await line("PING");
  assert.equal(heard, ["one", "two"]);
  await rig.crash();
  const after = await rig.connect();
  assert.equal(await after("GHOST.PUBLISH", "news", "one", "PERSIST", "ID", "m1"), [id, 0, 1]);
  const entries = (await after("XRANGE", "shared:channel:news", "-", "+")) as [string, string[]][];
  assert.equal(
    entries.map(([, words]) => words),
    [
      ["data", "one"],
      ["data", "two"],
    ],
  );
});

test("what is not acknowledged comes again after its idle time, and then is a dead letter", async () => {
  await using rig = await startStreams();
  const line = await rig.connect();
  await line("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM");
  await line("XADD", "s", "1-1", "a", "b");
  const take = (consumer: string, ...more: (string | number)[]) =>
    line("GHOST.TAKE", "s", "g", consumer, "IDLE", 20, "LIMIT", 2, ...more) as Promise<Taken>;
  assert.equal(await take("one"), [["s", [["1-1", ["a", "b"], 1]]]]);
  assert.equal(await take("two", "BLOCK", 10_000), [["s", [["1-1", ["a", "b"], 2]]]]);
  const heard = await line.listen("ghost:hub");
  assert.is(await take("two", "BLOCK", 100), null);
  while (heard.length === 0) await line("PING");
  const { event, stream, id, deliveries } = JSON.parse(heard[0] as string) as Record<string, unknown>;
  assert.equal([event, stream, id, deliveries], ["dead-letter", "s", "1-1", 2]);
  const dead = (await line("XRANGE", "s:dead", "-", "+")) as [string, string[]][];
  assert.equal(
    dead.map(([, words]) => words),
    [["a", "b", "origin", "s", "id", "1-1", "deliveries", "2"]],
  );
  assert.is(((await line("XPENDING", "s", "g")) as unknown[])[0], 0);
});

test("an entry that is pending is put aside with a reason, and others are not", async () => {
  await using rig = await startStreams();
  const line = await rig.connect();
  await line("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM");
  await line("XADD", "s", "1-1", "a", "b");
  assert.is(await line("GHOST.BURY", "s", "g", "1-1", "s:dead", "early"), 0);
  await line("GHOST.TAKE", "s", "g", "one");
  await line("SET", "text", "no stream");
  const refusal = (dead: string) => line("GHOST.BURY", "s", "g", "1-1", dead).then(String, ({ message }) => message);
  assert.match(await refusal("text"), /^WRONGTYPE/);
  assert.match(await refusal("s"), /cannot have its own dead letters/);
  assert.is(await line("GHOST.BURY", "s", "g", "1-1", "s:dead", "no address"), 1);
  assert.is(await line("GHOST.BURY", "s", "g", "1-1", "s:dead"), 0);
  await rig.crash();
  const after = await rig.connect();
  const dead = (await after("XRANGE", "s:dead", "-", "+")) as [string, string[]][];
  const words = ["a", "b", "origin", "s", "id", "1-1", "deliveries", "1", "reason", "no address"];
  assert.equal(
    dead.map(([, words]) => words),
    [words],
  );
  assert.is(((await after("XPENDING", "s", "g")) as unknown[])[0], 0);
});

test("an entry that is given back comes at once to who waits, or after a delay", async () => {
  await using rig = await startStreams();
  const [line, waiting] = [await rig.connect(), await rig.connect()];
  await line("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM");
  await line("XADD", "s", "1-1", "a", "b");
  await line("GHOST.TAKE", "s", "g", "one");
  const second = waiting("GHOST.TAKE", "s", "g", "two", "BLOCK", 0);
  await waiting.blocked();
  assert.is(await line("GHOST.NAK", "s", "g", "1-1"), 1);
  assert.equal(await second, [["s", [["1-1", ["a", "b"], 2]]]]);
  const started = Date.now();
  assert.is(await line("GHOST.NAK", "s", "g", "1-1", 60), 1);
  assert.is(await line("GHOST.TAKE", "s", "g", "one"), null);
  await rig.crash();
  const after = await rig.connect();
  assert.equal(await after("GHOST.TAKE", "s", "g", "one", "BLOCK", 0), [["s", [["1-1", ["a", "b"], 3]]]]);
  assert.ok(Date.now() - started >= 60);
  assert.is(await after("XACK", "s", "g", "1-1"), 1);
  assert.is(await after("GHOST.NAK", "s", "g", "1-1"), 0);
});

test("a stream keeps no more and no older messages than its publishers say", async () => {
  await using rig = await startStreams();
  const line = await rig.connect();
  for (let index = 0; index < 20; index++) await line("GHOST.PUBLISH", "short", index, "PERSIST", "MAXLEN", 5);
  assert.is(await line("XLEN", "shared:channel:short"), 5);
  for (let index = 0; index < 3; index++) await line("GHOST.PUBLISH", "brief", index, "PERSIST", "RETAIN", 30);
  while ((await line("XLEN", "shared:channel:brief")) !== 0);
  const refused = await line("GHOST.PUBLISH", "short", "x", "PERSIST", "RETAIN", 0).catch((error: Error) => error.message);
  assert.match(String(refused), /RETAIN/);
});

test.run();
