// timeout: 120s
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";
import { findProgram } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { type ServedHub, serveHub } from "./serving.ts";
import type { Refusal, Talk } from "./talking.ts";

const withoutSqlite = findProgram("sqlite3") ? null : "needs sqlite3";

/** Kills the hub of a home and starts the next. */
async function afterKill(home: Home, hub: ServedHub): Promise<ServedHub> {
  await hub.kill();
  return await serveHub(home);
}

function sqlite(home: Home, sql: string): { said: string; error: string } {
  const { stdout, stderr } = spawnSync("sqlite3", [join(home.dir, "data", "hub.db"), sql], { encoding: "utf8" });
  return { said: stdout.trim(), error: stderr };
}

/** Brings all strings into their table: to count keys needs that. */
async function flushed(talk: Talk): Promise<void> {
  await talk.ask("DBSIZE");
}

test("what was acknowledged is there after SIGKILL, whether it was in the journal or in the table", async () => {
  await using home = makeHome();
  await using first = await serveHub(home);
  using talk = await first.talk();
  await talk.askAll([
    ["SET", "table", "1"],
    ["SET", "table:removed", "1"],
    ["SET", "table:changed", "1"],
    ["HSET", "hash", "b", "2", "a", "1", "gone", "x"],
    ["SET", "bytes", "\x00\xff\r\n"],
  ]);
  await flushed(talk);
  await talk.askAll([
    ["SET", "journal", "2"],
    ["DEL", "table:removed"],
    ["SET", "table:changed", "2"],
    ["HSET", "hash", "c", "3"],
    ["HDEL", "hash", "gone"],
    ["SET", "journal:removed", "1"],
    ["DEL", "journal:removed"],
    ["SET", "ends", "later", "PX", "1000000"],
    ["SET", "\x00\xfe", "binary key"],
    ["INCR", "table"],
  ]);
  await using second = await afterKill(home, first);
  using again = await second.talk();
  assert.equal(
    await again.askAll([
      ["MGET", "table", "table:removed", "table:changed", "journal", "journal:removed", "bytes", "\x00\xfe"],
      ["HGETALL", "hash"],
      ["HLEN", "hash"],
      ["EXISTS", "table:removed", "journal:removed"],
      ["DBSIZE"],
    ]),
    [["2", null, "2", "2", null, "\x00\xff\r\n", "binary key"], ["b", "2", "a", "1", "c", "3"], 3, 0, 7],
  );
  const left = (await again.ask("PTTL", "ends")) as number;
  assert.ok(left > 900_000 && left <= 1_000_000, String(left));
});

test("a string that becomes a hash, and a hash that becomes a string, are what they last were", async () => {
  for (const wait of [false, true]) {
    await using home = makeHome();
    await using first = await serveHub(home);
    using talk = await first.talk();
    await talk.askAll([
      ["SET", "to-hash", "1"],
      ["HSET", "to-string", "f", "1"],
      ["SET", "there-and-back", "1"],
    ]);
    if (wait) await flushed(talk);
    await talk.askAll([
      ["DEL", "to-hash"],
      ["HSET", "to-hash", "f", "2"],
      ["SET", "to-string", "2"],
      ["DEL", "there-and-back"],
      ["HSET", "there-and-back", "f", "1"],
      ["SET", "there-and-back", "3"],
      ["SET", "expired", "1", "PX", "1"],
    ]);
    await waitFor(async () => (await talk.ask("EXISTS", "expired")) === 0, { what: "the end of a key" });
    await talk.ask("HSET", "expired", "f", "1");
    await using second = await afterKill(home, first);
    using again = await second.talk();
    const seen = await again.askAll([
      ["TYPE", "to-hash"],
      ["HGETALL", "to-hash"],
      ["GET", "to-string"],
      ["GET", "there-and-back"],
      ["HGETALL", "expired"],
      ["TTL", "expired"],
      ["DBSIZE"],
    ]);
    assert.equal(seen, ["hash", ["f", "2"], "2", "3", ["f", "1"], -1, 4]);
  }
});

test("a namespace that was flushed stays empty, and others full", async () => {
  await using home = makeHome();
  await using first = await serveHub(home);
  using talk = await first.talk();
  await talk.askAll([
    ["SET", "journal", "1"],
    ["HSET", "hash", "f", "1"],
    ["SELECT", "1"],
    ["SET", "other", "1"],
    ["SELECT", "0"],
    ["FLUSHDB"],
    ["SET", "later", "1"],
  ]);
  await using second = await afterKill(home, first);
  using again = await second.talk();
  assert.equal(
    await again.askAll([
      ["KEYS", "*"],
      ["SELECT", "1"],
      ["KEYS", "*"],
    ]),
    [["later"], "OK", ["other"]],
  );
});

test("a transaction is there whole or not at all", async () => {
  await using home = makeHome();
  let hub = await serveHub(home);
  for (let round = 0; round < 5; round++) {
    using talk = await hub.talk();
    let answered = -1;
    const until = 10 + round * 7;
    for (let turn = 0; turn < until; turn++) {
      const value = `${round}-${turn}`;
      const replies = talk.askAll([["MULTI"], ["SET", "a", value], ["HSET", "h", "f", value], ["SET", "b", value], ["EXEC"]]);
      // The last one is under way when the hub dies.
      if (turn + 1 < until) {
        await replies;
        answered = turn;
      } else replies.catch(() => undefined);
    }
    hub = await afterKill(home, hub);
    using again = await hub.talk();
    const [a, h, b] = await again.askAll([
      ["GET", "a"],
      ["HGET", "h", "f"],
      ["GET", "b"],
    ]);
    assert.equal([a, b], [h, h]);
    assert.ok(Number(String(a).split("-")[1]) >= answered, `${a} and ${answered}`);
  }
  assert.is(await hub.stop(), 0);
});

test("writes of a relaxed connection outlive the hub", async () => {
  await using home = makeHome();
  await using first = await serveHub(home);
  using talk = await first.talk();
  assert.equal(
    await talk.askAll([
      ["GHOST.DURABILITY", "relaxed"],
      ["SET", "k", "1"],
      ["HSET", "h", "f", "1"],
    ]),
    ["OK", "OK", 1],
  );
  await using second = await afterKill(home, first);
  assert.equal([await second.ask("GET", "k"), await second.ask("HGET", "h", "f")], ["1", "1"]);
  assert.match(((await second.ask("GHOST.DURABILITY", "never")) as Refusal).error, /relaxed or fsync/);
});

test.unless(
  withoutSqlite,
  "after SIGTERM the journal is empty, and any SQLite reads the keys; while the hub runs the file is its own",
  async () => {
    await using home = makeHome();
    await using hub = await serveHub(home);
    using talk = await hub.talk();
    await talk.askAll([
      ["SET", "k", "value"],
      ["HSET", "h", "f", "v"],
    ]);
    assert.match(sqlite(home, "SELECT count(*) FROM keys").error, /database is locked/);
    assert.is(await hub.stop(), 0);
    assert.equal(sqlite(home, "SELECT count(*) FROM journal"), { said: "0", error: "" });
    assert.is(sqlite(home, "SELECT cast(key AS text), cast(value AS text) FROM keys WHERE type = 1").said, "k|value");
    assert.is(sqlite(home, "SELECT cast(field AS text), cast(value AS text) FROM fields").said, "f|v");
    assert.is(sqlite(home, "SELECT keys, objects FROM namespaces WHERE name = 'default'").said, "2|1");
    assert.is(sqlite(home, "PRAGMA integrity_check").said, "ok");
  },
);

test("namespaces do not see each other's keys, whoever opens them", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  const token = (await home.ok(["hub", "token", "shop"])).stdout.trim();
  using operator = await hub.talk();
  using app = await hub.talk();
  await operator.ask("SET", "k", "default");
  assert.is(await app.ask("AUTH", token), "OK");
  assert.equal(await app.ask("GET", "k"), null);
  await app.askAll([
    ["SET", "k", "shop"],
    ["SET", "shared:k", "all"],
    ["SELECT", "3"],
    ["SET", "k", "shop 3"],
  ]);
  assert.equal(
    await operator.askAll([
      ["GET", "k"],
      ["GET", "shared:k"],
      ["GHOST.NAMESPACE", "shop"],
      ["GET", "k"],
      ["SELECT", "3"],
      ["GET", "k"],
    ]),
    ["default", "all", "OK", "shop", "OK", "shop 3"],
  );
  assert.match(((await app.ask("GHOST.NAMESPACE", "default")) as Refusal).error, /^NAMESPACE /);
  assert.match(((await app.ask("AUTH", `${token}x`)) as Refusal).error, /^WRONGPASS /);
  assert.equal(await app.askAll([["GHOST.NAMESPACE"], ["FLUSHDB"], ["SELECT", "0"], ["GET", "k"]]), ["shop:3", "OK", "OK", "shop"]);
  using another = await hub.talk();
  assert.match(JSON.stringify(await another.ask("HELLO", "3", "AUTH", "anyone", token)), /"proto",3/);
  assert.is(await another.ask("GET", "k"), "shop");
});

test.unless(withoutSqlite, "keys whose time is over go from the file by themselves", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  const commands: string[][] = [
    ["HSET", "hash", "f", "1"],
    ["PEXPIRE", "hash", "30"],
    ["SET", "stays", "1"],
  ];
  for (let key = 0; key < 1200; key++) commands.push(["SET", `k${key}`, "1", "PX", "50"]);
  await talk.askAll(commands);
  await flushed(talk);
  await waitFor(async () => (await talk.ask("DBSIZE")) === 1, { what: "expired keys to be removed" });
  assert.is(await hub.stop(), 0);
  assert.is(sqlite(home, "SELECT count(*) FROM keys").said, "1");
});

test.unless(withoutSqlite, "a big hash that is removed goes at once for all to see, and from the file little by little", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  const fields = Array.from({ length: 20_000 }, (_, index) => [`f${index}`, "v".repeat(20)]).flat();
  await talk.ask("HSET", "big", ...fields);
  assert.equal(
    await talk.askAll([
      ["DEL", "big"],
      ["EXISTS", "big"],
      ["HSET", "big", "new", "1"],
      ["HLEN", "big"],
    ]),
    [1, 0, 1, 1],
  );
  await using second = await afterKill(home, hub);
  assert.equal(await second.ask("HGETALL", "big"), ["new", "1"]);
  await second.stop();
  const left = "SELECT (SELECT count(*) FROM fields), (SELECT count(*) FROM garbage)";
  const isGone = async (): Promise<boolean> => {
    // The file can be read between two runs alone; each goes on where the last one ended.
    await using next = await serveHub(home);
    for (let turn = 0; turn < 20; turn++) await next.ask("PING");
    await next.stop();
    return sqlite(home, left).said === "1|0";
  };
  await waitFor(isGone, { what: "the fields to be gone", limitMs: 20_000, seen: () => sqlite(home, left).said });
});

test("a version is new at each change, decides who may write, and never comes twice, not even after SIGKILL", async () => {
  await using home = makeHome();
  await using first = await serveHub(home);
  using talk = await first.talk();
  const one = (await talk.ask("GHOST.SET", "k", "a", "IFVERSION", "0")) as number;
  assert.equal(await talk.ask("GHOST.SET", "k", "b", "IFVERSION", "0"), null);
  assert.equal(await talk.ask("GHOST.GET", "k"), ["a", one]);
  const two = (await talk.ask("GHOST.SET", "k", "b", "IFVERSION", String(one), "PX", "1000000")) as number;
  await talk.ask("SET", "k", "c");
  const three = ((await talk.ask("GHOST.GET", "k")) as [string, number])[1];
  await talk.askAll([
    ["DEL", "k"],
    ["SET", "k", "d"],
  ]);
  const four = ((await talk.ask("GHOST.GET", "k")) as [string, number])[1];
  assert.ok(one > 0 && two > one && three > two && four > three, String([one, two, three, four]));
  await using second = await afterKill(home, first);
  using again = await second.talk();
  assert.equal(await again.ask("GHOST.GET", "k"), ["d", four]);
  const five = (await again.ask("GHOST.SET", "k", "e", "IFVERSION", String(four))) as number;
  assert.ok(five > four, String([four, five]));
  assert.equal(
    await again.askAll([
      ["GHOST.GET", "none"],
      ["GHOST.SET", "none", "x", "IFVERSION", "7"],
    ]),
    [null, null],
  );
});

test("an error that repeats what a client sent is one line, without the line ends at its end", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  const errorOf = async (option: string) => ((await talk.ask("EXPIRE", "k", "1", option)) as Refusal).error;
  assert.is(await errorOf("\r\n"), "ERR Unsupported option ");
  assert.is(await errorOf("a\r\nb\n"), "ERR Unsupported option a  b");
  assert.is(await talk.ask("PING"), "PONG");
});

test("a zero ends a word that an error repeats, as in Redis", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  using talk = await hub.talk();
  await talk.ask("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM");
  const replies = await talk.askAll([
    ["XCLAIM", "s", "g", "c", "0", "a\0b", "5", "26-1"],
    ["CLIENT", "LIST", "TYPE", "a\0b"],
    ["CLIENT", "UNBLOCK", "1", "a\0b"],
    ["HELLO", "3", "a\0b"],
  ]);
  assert.equal(
    replies.map((reply) => (reply as { error: string }).error),
    [
      "ERR Unrecognized XCLAIM option 'a'",
      "ERR Unknown client type 'a'",
      "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR",
      "ERR Syntax error in HELLO option 'a'",
    ],
  );
});

test("numbers beyond 2^53 that clients choose end no hub when they come back from the file", async () => {
  await using home = makeHome();
  await using first = await serveHub(home);
  using talk = await first.talk();
  const far = "9007199254740993000";
  await talk.askAll([
    ["SET", "text", "1"],
    ["PEXPIREAT", "text", far],
    ["HSET", "hash", "f", "v"],
    ["PEXPIREAT", "hash", far],
    ["XGROUP", "CREATE", "s", "g", "0", "MKSTREAM", "ENTRIESREAD", far],
    ["XADD", "s", `${far}-1`, "f", "v"],
    ["XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">"],
    ["XCLAIM", "s", "g", "c", "0", `${far}-1`, "TIME", far, "RETRYCOUNT", far, "FORCE"],
    ["XGROUP", "SETID", "s", "g", "0", "ENTRIESREAD", far],
    ["GHOST.PUBLISH", "kept", "m", "PERSIST", "RETAIN", far, "MAXLEN", far],
  ]);
  await flushed(talk);
  await using second = await afterKill(home, first);
  using again = await second.talk();
  for (const words of [
    ["PTTL", "text"],
    ["TTL", "hash"],
    ["EXPIRE", "text", "10", "GT"],
    ["PERSIST", "hash"],
    ["XINFO", "GROUPS", "s"],
    ["XINFO", "STREAM", "s", "FULL"],
    ["XPENDING", "s", "g", "-", "+", "10"],
    ["XAUTOCLAIM", "s", "g", "c", "0", "0"],
    ["XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", "0"],
    ["GHOST.TAKE", "s", "g", "d", "IDLE", "1"],
    ["XADD", "shared:channel:kept", "*", "f", "v"],
    ["XTRIM", "s", "MAXLEN", "0"],
  ]) {
    await again.ask(...words);
    assert.is(await again.ask("PING"), "PONG", words.join(" "));
  }
  assert.is(second.errors(), "");
});

test.run();
