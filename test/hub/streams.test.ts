import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { startStreams } from "./streams-rig.ts";

test("what was acknowledged is there after the hub is killed: entries, deletions, groups, what is pending", async () => {
  await using rig = await startStreams();
  const before = await rig.connect();
  for (let index = 1; index <= 250; index++) await before("XADD", "s", `${index}-1`, "n", index);
  await before("XGROUP", "CREATE", "s", "g", "0");
  await before("XREADGROUP", "GROUP", "g", "c", "COUNT", 4, "STREAMS", "s", ">");
  await before("XACK", "s", "g", "2-1");
  await before("XDEL", "s", "3-1", "200-1");
  await before("XTRIM", "s", "MAXLEN", 240);
  await before("XADD", "s", "251-1", "n", 251);
  await rig.crash();
  const after = await rig.connect();
  assert.is(await after("XLEN", "s"), 241);
  const entries = (await after("XRANGE", "s", "-", "+")) as [string, string[]][];
  assert.is(entries.length, 241);
  assert.equal(entries[0], ["10-1", ["n", "10"]]);
  assert.equal(entries.at(-1), ["251-1", ["n", "251"]]);
  assert.not.ok(entries.some(([id]) => id === "200-1"));
  assert.equal(((await after("XREVRANGE", "s", "+", "-")) as unknown[]).reverse(), entries);
  const pending = (await after("XPENDING", "s", "g", "-", "+", 10)) as unknown[][];
  assert.equal(
    pending.map(([id, consumer, , count]) => [id, consumer, count]),
    [
      ["1-1", "c", 1],
      ["3-1", "c", 1],
      ["4-1", "c", 1],
    ],
  );
  assert.equal(await after("XREADGROUP", "GROUP", "g", "d", "COUNT", 1, "STREAMS", "s", ">"), [["s", [["10-1", ["n", "10"]]]]]);
  assert.is(await after("XADD", "s", "251-*", "n", 252), "251-2");
});

test("a killed hub gives no id a second time, even after the last entries were deleted", async () => {
  await using rig = await startStreams();
  const before = await rig.connect();
  await before("XADD", "s", "5-5", "a", 1);
  await before("XDEL", "s", "5-5");
  await rig.crash();
  const after = await rig.connect();
  assert.is(await after("XADD", "s", "5-*", "a", 1), "5-6");
});

test("a removed stream leaves nothing to the next one of its name", async () => {
  await using rig = await startStreams();
  const line = await rig.connect();
  for (let index = 0; index < 300; index++) await line("XADD", "s", "*", "a", index);
  await line("XGROUP", "CREATE", "s", "g", "0");
  await line("DEL", "s");
  await line("XADD", "s", "1-1", "a", "b");
  assert.is(await line("XLEN", "s"), 1);
  assert.equal(await line("XINFO", "GROUPS", "s"), []);
  await rig.crash();
  assert.equal(await (await rig.connect())("XRANGE", "s", "-", "+"), [["1-1", ["a", "b"]]]);
});

test("ranges find their way in a stream of many chunks", async () => {
  await using rig = await startStreams();
  const line = await rig.connect();
  const added: Promise<unknown>[] = [];
  for (let index = 1; index <= 3000; index++) added.push(line("XADD", "s", `${index}-0`, "n", index));
  await Promise.all(added);
  const ids = async (...words: (string | number)[]) => ((await line(...words)) as [string][]).map(([id]) => id);
  assert.equal(await ids("XRANGE", "s", 1499, "+", "COUNT", 3), ["1499-0", "1500-0", "1501-0"]);
  assert.equal(await ids("XRANGE", "s", "(77-0", 79), ["78-0", "79-0"]);
  assert.equal(await ids("XREVRANGE", "s", 2001, "-", "COUNT", 2), ["2001-0", "2000-0"]);
  assert.is(await line("XTRIM", "s", "MINID", 2500), 2499);
  assert.equal(await ids("XRANGE", "s", "-", "+", "COUNT", 1), ["2500-0"]);
  assert.is((await ids("XRANGE", "s", "-", "+")).length, 501);
  assert.is(await line("XDEL", "s", ...Array.from({ length: 501 }, (_, index) => `${2500 + index}-0`)), 501);
  assert.equal(await ids("XRANGE", "s", "-", "+"), []);
});

test("readers that wait are served in the order in which they came, each entry to one of a group", async () => {
  await using rig = await startStreams();
  const writer = await rig.connect();
  await writer("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
  const [first, second] = [await rig.connect(), await rig.connect()];
  const one = first("XREADGROUP", "GROUP", "g", "one", "COUNT", 1, "BLOCK", 0, "STREAMS", "s", ">");
  await first.blocked();
  const two = second("XREADGROUP", "GROUP", "g", "two", "COUNT", 1, "BLOCK", 0, "STREAMS", "s", ">");
  while (!String(await writer("INFO", "clients")).includes("blocked_clients:2"));
  await writer("XADD", "s", "1-1", "a", "b");
  assert.equal(await one, [["s", [["1-1", ["a", "b"]]]]]);
  await writer("XADD", "s", "1-2", "a", "b");
  assert.equal(await two, [["s", [["1-2", ["a", "b"]]]]]);
  await rig.crash();
  assert.is(((await (await rig.connect())("XPENDING", "s", "g")) as unknown[])[0], 2);
});

test("XGROUP takes no more words than its options have, and makes no stream then", async () => {
  await using rig = await startStreams();
  const line = await rig.connect();
  const say = (...words: (string | number)[]) => line(...words).catch((error: Error) => error.message);
  const refused = (word: string) => `ERR unknown subcommand or wrong number of arguments for '${word}'. Try XGROUP HELP.`;
  assert.is(await say("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM", "MKSTREAM", "ENTRIESREAD", 0), refused("CREATE"));
  assert.is(await line("EXISTS", "s"), 0);
  assert.is(await line("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM", "ENTRIESREAD", 0), "OK");
  assert.is(await say("XGROUP", "setid", "s", "g", "0", "ENTRIESREAD", 0, "ENTRIESREAD", 1), refused("setid"));
  assert.is(await say("XGROUP", "SETID", "s", "g", "0", "ENTRIESREAD", 1), "OK");
});

test("XGROUP SETID wakes nobody, and who waits gets all behind the new id with the next entry", async () => {
  await using rig = await startStreams();
  const [line, reader] = [await rig.connect(), await rig.connect()];
  await line("XADD", "s", "1-1", "a", "b");
  await line("XGROUP", "CREATE", "s", "g", "$");
  const waits = reader("XREADGROUP", "GROUP", "g", "c", "BLOCK", 0, "STREAMS", "s", ">");
  await reader.blocked();
  await line("XGROUP", "SETID", "s", "g", 0);
  assert.match(String(await line("INFO", "clients")), /blocked_clients:1/);
  await line("XADD", "s", "1-2", "a", "b");
  const [[, entries]] = (await waits) as [[string, [string][]]];
  assert.equal(
    entries.map(([id]) => id),
    ["1-1", "1-2"],
  );
});

test("a wait ends when its time is over, and when its stream goes", async () => {
  await using rig = await startStreams();
  const [line, reader] = [await rig.connect(), await rig.connect()];
  assert.is(await reader("XREAD", "BLOCK", 5, "STREAMS", "s", "$"), null);
  await line("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
  const gone = reader("XREADGROUP", "GROUP", "g", "c", "BLOCK", 0, "STREAMS", "s", ">").catch((error: Error) => error.message);
  await reader.blocked();
  await line("DEL", "s");
  assert.is(await gone, "UNBLOCKED the stream key no longer exists");
});

test.run();
