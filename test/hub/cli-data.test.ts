import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { onTerminal } from "../cli/on-terminal.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { connectHub, hubSocket } from "./asking.ts";

const errorOf = (outcome: { json<T>(): T }): ErrorBody => outcome.json<{ error: ErrorBody }>().error;

test("keys are written, read, counted, listed and deleted", async () => {
  await using home = makeHome();
  const out = async (...args: string[]) => (await home.ok(["data", ...args])).stdout;
  await home.ok(["data", "set", "user:7", '{"name":"Ada"}']);
  assert.is(await out("get", "user:7"), '{"name":"Ada"}\n');
  assert.equal(JSON.parse(await out("get", "user:7", "--json")), { name: "Ada" });
  await home.ok(["data", "set", "note", "-"], { input: "two\nlines\n" });
  assert.is(await out("get", "note"), "two\nlines\n");
  await home.ok(["data", "set", "digits", "7", "--text"]);
  assert.is(await out("get", "digits", "--json"), '"7"\n');
  assert.is(await out("incr", "n"), "1\n");
  assert.is(await out("incr", "n", "--by=-5", "--json"), '{"key":"n","value":-4}\n');
  assert.equal((await out("scan")).split("\n").sort(), ["", "digits", "n", "note", "user:7"]);
  assert.is(await out("scan", "user:*", "--json"), '{"key":"user:7","type":"string"}\n');
  const many = await home.ghost(["data", "get", "n", "nothing", "--json"]);
  assert.equal([many.code, many.stdout], [3, '{"key":"n","value":-4}\n']);
  assert.is(await out("del", "n", "note", "nothing", "--json"), '{"deleted":2}\n');
  assert.is((await home.ghost(["data", "del", "n"])).code, 3);
  const missing = await home.ghost(["data", "get", "n", "--json"]);
  assert.equal([missing.code, errorOf(missing).code], [3, "NOT_FOUND"]);
});

test("a negative number that was taken for an option is told how it is written", async () => {
  await using home = makeHome();
  const said = async (...args: string[]) => (await home.ghost(["data", ...args])).stderr;
  assert.match(await said("incr", "n", "-3"), "hint: --by=-3 says by how much;");
  assert.match(await said("incr", "n", "-12"), "hint: --by=-12 says by how much;");
  assert.match(await said("incr", "n", "--by", "-3"), "hint: --by=-3 says by how much;");
  assert.match(await said("set", "n", "-3"), "hint: if -3 is the VALUE, put -- before it: ghost data set n -- -3;");
  assert.is((await home.ok(["data", "set", "n", "--", "-3"])).code, 0);
  assert.is((await home.ok(["data", "incr", "n", "--by=-3"])).stdout, "-6\n");
});

test("a key may be set for a while, and only if nobody was faster", async () => {
  await using home = makeHome();
  await home.ok(["data", "set", "a", "1", "--expiry", "10m"]);
  const meta = (await home.ok(["data", "get", "a", "--meta", "--json"])).json<{ version: number; expiresInMs: number }>();
  assert.ok(meta.expiresInMs > 500_000 && meta.expiresInMs <= 600_000);
  await home.ok(["data", "set", "a", "2", "--if-version", String(meta.version)]);
  const late = await home.ghost(["data", "set", "a", "3", "--if-version", String(meta.version), "--json"]);
  assert.equal([late.code, errorOf(late).code], [1, "VERSION_CONFLICT"]);
  assert.is((await home.ghost(["data", "set", "a", "3", "--if-version", "0"])).code, 1);
  assert.is((await home.ok(["data", "get", "a"])).stdout, "2\n");
});

test("a key may stay for years, and a whole number that JSON would change is refused, not changed", async () => {
  await using home = makeHome();
  await home.ok(["data", "set", "a", '"12345678901234567890"', "--expiry", "400d"]);
  assert.is((await home.ok(["data", "get", "a"])).stdout, "12345678901234567890\n");
  for (const value of ["12345678901234567890", '{"id":-9007199254740993}', "[1,9007199254740993]"]) {
    const { code, json } = await home.ghost(["data", "set", "a", value, "--json"]);
    assert.equal([code, json<{ error: ErrorBody }>().error.code], [2, "USAGE"], value);
  }
  for (const value of ["9007199254740991", '{"text":"9007199254740993 \\" 9007199254740993"}', "1e3", "0.12345678901234567890"])
    await home.ok(["data", "set", "a", value]);
  await home.ok(["data", "set", "a", "12345678901234567890", "--text"]);
  assert.is((await home.ok(["data", "get", "a"])).stdout, "12345678901234567890\n");
});

test("namespaces are kept apart, and a name that is none is refused", async () => {
  await using home = makeHome();
  await home.ok(["data", "set", "a", "1", "--namespace", "shop"]);
  assert.is((await home.ok(["data", "get", "a", "--namespace", "shop"])).stdout, "1\n");
  assert.is((await home.ghost(["data", "get", "a"])).code, 3);
  const bad = await home.ghost(["data", "get", "a", "--namespace", "no name", "--json"]);
  assert.equal([bad.code, errorOf(bad).code], [1, "UNAUTHORIZED"]);
});

test("who only reads makes no namespace, and is told which there are", async () => {
  await using home = makeHome();
  await home.ok(["data", "set", "a", "1", "--namespace", "shop"]);
  await home.ok(["data", "exec", "CREATE TABLE t (a)", "--namespace", "till"]);
  const reading = [["get", "a"], ["scan"], ["del", "a"], ["query", "SELECT 1"], ["backup", "x.db"]];
  for (const words of reading) {
    const { code, json } = await home.ghost(["data", ...words, "--namespace", "shp", "--json"]);
    const error = json<{ error: ErrorBody }>().error;
    assert.equal([code, error.code], [3, "NOT_FOUND"], words[0]);
    assert.match(error.message, /there is no namespace shp$/);
    assert.match(error.hint ?? "", /^did you mean shop\? there are default, shop, till;/);
  }
  assert.not(existsSync(join(home.dir, "data", "shp.db")));
  assert.not(existsSync(join(home.work, "x.db")));
  await home.ok(["hub", "restart"]);
  assert.is((await home.ghost(["data", "get", "a", "--namespace", "shp"])).code, 3, "no look has made it");
  assert.is((await home.ok(["data", "query", "SELECT count(*) AS n FROM t", "--namespace", "till", "--json"])).stdout, '{"n":0}\n');
  assert.is((await home.ok(["data", "incr", "n", "--namespace", "shp"])).stdout, "1\n");
  assert.is((await home.ok(["data", "get", "n", "--namespace", "shp"])).stdout, "1\n");
});

test("a namespace in which an app works is there, though nothing is in it yet; only the operator may list them", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using app = await connectHub(hubSocket(home));
  await app.ask("AUTH", (await home.ok(["hub", "token", "shop"])).stdout.trim());
  assert.equal((await home.ok(["data", "scan", "--namespace", "shop"])).stdout, "");
  assert.match(String(await app.ask("GHOST.NAMESPACES")), /only the operator/);
  const GHOST_TOKEN = (await home.ok(["hub", "token", "till"])).stdout.trim();
  const asApp = await home.ghost(["data", "get", "a", "--namespace", "shop"], { env: { ...home.env, GHOST_TOKEN } });
  assert.match(asApp.stderr, /only the operator may enter another namespace/);
  app[Symbol.dispose]();
  await waitFor(async () => (await home.ghost(["data", "scan", "--namespace", "shop"])).code === 3, { what: "nobody to be there" });
});

test("what a key holds is told, and set replaces no stream and no hash without --force", async () => {
  await using home = makeHome();
  await home.ok(["data", "set", "a", "1"]);
  await home.ok(["bus", "stream", "add", "jobs", "1"]);
  using hub = await connectHub(hubSocket(home));
  await hub.ask("HSET", "h", "f", "v");
  const kinds = (await home.ok(["data", "scan", "--json"])).stdout.trim().split("\n");
  assert.equal(kinds.sort(), ['{"key":"a","type":"string"}', '{"key":"h","type":"hash"}', '{"key":"jobs","type":"stream"}']);
  assert.equal((await home.ok(["data", "scan"])).stdout.split("\n").sort(), ["", "a", "h", "jobs"]);
  for (const [key, kind] of [
    ["jobs", "stream"],
    ["h", "hash"],
  ] as const) {
    const refused = await home.ghost(["data", "set", key, "1", "--json"]);
    const { code, message, hint } = errorOf(refused);
    assert.equal([refused.code, code, message], [1, "WRONG_TYPE", `cannot set ${key}: it is a ${kind}, and all of it would be gone`]);
    assert.match(hint ?? "", /--force/);
    assert.is(await hub.ask("TYPE", key), kind);
  }
  await home.ok(["data", "set", "h", "2", "--force"]);
  assert.is(await hub.ask("GET", "h"), "2");
});

test("a scan of many keys tells all their kinds, and ends after as many as were asked for", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using hub = await connectHub(hubSocket(home));
  await hub.ask("MSET", ...Array.from({ length: 3_000 }, (_, index) => [`k${index}`, "1"]).flat());
  const lines = async (...more: string[]) => (await home.ok(["data", "scan", "--json", ...more])).stdout.trim().split("\n");
  const all = await lines();
  assert.equal([all.length, new Set(all).size, all.every((line) => line.includes('"type":"string"'))], [3_000, 3_000, true]);
  assert.is((await lines("-n", "700")).length, 700);
});

test("what is written is made forgotten in the caches of apps", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using app = await connectHub(hubSocket(home));
  await app.ask("SUBSCRIBE", "cache:invalidation");
  await home.ok(["data", "set", "a", "1", "--namespace", "shop"]);
  await home.ok(["data", "invalidate", "b", "--pattern", "c*", "--namespace", "shop"]);
  await app.ask("PING");
  const told = app.messages.map(
    (message) => JSON.parse(String((message as string[])[2])) as { namespace: string; keys?: string[]; pattern?: string },
  );
  assert.equal(
    told.map(({ namespace, keys, pattern }) => [namespace, keys ?? pattern]),
    [
      ["shop", ["a"]],
      ["shop", ["b"]],
      ["shop", "c*"],
    ],
  );
});

test("with encryption in the home's .ghost.yaml no value is stored as it is, and a key can be rotated", async () => {
  await using home = makeHome();
  const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((key) => key.toString("base64"));
  const keyFile = home.write("keys", `${first}\n`, 0o600);
  await home.ok(["daemon"]);
  await home.ok(["data", "set", "plain", '"before"']);
  home.write("../home/.ghost.yaml", `encryption: { enabled: true, key_file: ${keyFile} }\n`);
  await home.ok(["data", "set", "a", '"secret"']);
  assert.is((await home.ok(["data", "get", "a"])).stdout, "secret\n");
  home.write("keys", `${second}\n${first}\n`, 0o600);
  const { rotated, plain, failed } = (await home.ok(["data", "rotate-key", "--json"])).json<Record<string, number>>();
  assert.equal([rotated, plain, failed], [1, 1, 0]);
  home.write("keys", `${second}\n`, 0o600);
  assert.is((await home.ok(["data", "get", "a"])).stdout, "secret\n");
  home.write("keys", `${first}\n`, 0o600);
  const wrong = await home.ghost(["data", "get", "a", "--json"]);
  assert.equal([wrong.code, errorOf(wrong).code], [1, "ENCRYPTION_KEY_UNKNOWN"]);
  using hub = await connectHub(hubSocket(home));
  assert.not(String(await hub.ask("GET", "a")).includes("secret"));
});

test("SQL takes parameters by position and by name, and prints a table or an object a line", async () => {
  await using home = makeHome();
  const sql = (...args: string[]) => home.ok(["data", ...args, "--namespace", "shop"]);
  await sql("exec", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, data BLOB)");
  const changed = await sql("exec", "INSERT INTO t VALUES (?, ?, x'00ff')", "--param", "9223372036854775807", "--param", "Ada", "--json");
  assert.equal(changed.json(), { changes: 1 });
  await sql("exec", "INSERT INTO t VALUES (:id, :name, :data)", "--param", ":id=1", "--param", ":name=a=b", "--param", ":data=null");
  assert.is(
    (await sql("query", "SELECT * FROM t ORDER BY id")).stdout,
    ["                 id  name  data", "                  1  a=b   NULL", "9223372036854775807  Ada   x'00ff'", ""].join("\n"),
  );
  assert.is(
    (await sql("query", "SELECT * FROM t WHERE id > ?", "--param", "1", "--json")).stdout,
    '{"id":{"$int":"9223372036854775807"},"name":"Ada","data":{"$blob":"AP8="}}\n',
  );
  const bad = await home.ghost(["data", "query", "SELEC 1", "--json"]);
  assert.equal([bad.code, errorOf(bad).code], [1, "SQL_FAILED"]);
});

test("the shell runs statements from standard input, and its first failure ends it without a trace of the open transaction", async () => {
  await using home = makeHome();
  const input = "CREATE TABLE t (a);\nBEGIN;\nINSERT INTO t\nVALUES (1);\nCOMMIT;\n.tables\n.schema t\nSELECT count(*) AS n FROM t";
  const { stdout } = await home.ok(["data", "shell"], { input });
  assert.is(stdout, "name  type\nt     table\nCREATE TABLE t (a);\nn\n1\n");
  const failed = await home.ghost(["data", "shell", "--json"], { input: "BEGIN;\nINSERT INTO t VALUES (2);\nSELEC;\nCOMMIT;" });
  assert.is(failed.code, 1);
  const open = await home.ghost(["data", "shell"], { input: "BEGIN;\nINSERT INTO t VALUES (3);" });
  assert.is(open.code, 1);
  assert.match(open.stderr, /rolled back: the input ended without COMMIT/);
  assert.is((await home.ok(["data", "query", "SELECT a FROM t", "--json"])).stdout, '{"a":1}\n');
});

test("a backup is an SQLite file of a namespace's SQL, or of all keys; none is overwritten", async () => {
  await using home = makeHome();
  await home.ok(["data", "exec", "CREATE TABLE wares (a)"]);
  await home.ok(["data", "set", "a", '"findable"']);
  await home.ok(["data", "backup", "sql.db"]);
  await home.ok(["data", "backup", "keys.db", "--keys"]);
  for (const [file, content] of [
    ["sql.db", "CREATE TABLE wares"],
    ["keys.db", "findable"],
  ] as const) {
    const bytes = readFileSync(join(home.work, file), "latin1");
    assert.ok(bytes.startsWith("SQLite format 3") && bytes.includes(content), file);
    assert.is((await home.ghost(["data", "backup", file])).code, 2);
  }
  assert.not(existsSync(join(home.work, "sql.db.partial")));
  const nowhere = await home.ghost(["data", "backup", "no/where.db", "--json"]);
  assert.is(errorOf(nowhere).message, `cannot write the copy to ${home.work}/no/where.db: the folder ${home.work}/no is not there`);
});

test("where the daemon was stopped on purpose, data says how to have it again", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  await home.ok(["daemon", "stop"]);
  const outcome = await home.ghost(["data", "get", "a", "--json"]);
  assert.equal([outcome.code, errorOf(outcome).code, errorOf(outcome).hint], [4, "DAEMON_STOPPED", "ghost daemon start"]);
});

test("what is refused is said in the words of the command line, with what to do instead", async () => {
  await using home = makeHome();
  await home.ok(["data", "exec", "CREATE TABLE t (a)"]);
  await home.ok(["bus", "stream", "add", "jobs", "1"]);
  await home.ok(["data", "set", "a", "1", "--namespace", "shop"]);
  const cases: [string[], RegExp][] = [
    [["gte", "a"], /there is no gte.*did you mean ghost data get\?/s],
    [["set", "a", "1", "--if-version", "x"], /--if-version takes a whole number, not x/],
    [["incr", "n", "--expiry", "1h"], /incr does not take --expiry, only set does/],
    [["get", "a", "--param", "1"], /get does not take --param, only query and exec do/],
    [["get", "jobs"], /cannot get jobs: it is a stream or a hash, and no value.*ghost bus stream read jobs/s],
    [["get", "a", "--namespace", "no name"], /error: cannot enter no name: a namespace has letters/],
    [["query", "DELETE FROM t"], /query runs statements that give rows, and this one gives none.*ghost data exec runs it/s],
    [["query", "SELECT 1; SELECT 2"], /query runs one statement.*ghost data exec runs several/s],
    [["query", "SELECT * FROM u", "--namespace", "shop"], /no such table: u.*\.tables in ghost data shell --namespace shop/s],
    [["query", "SELECT * FROM t WHERE a = ?"], /the statement wants 1 value and got 0.*one --param for each/s],
    [["backup", "away/x.db"], /cannot write the copy to \S+x\.db: the folder \S+away is not there/],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await home.ghost(["data", ...args]);
    assert.ok(code !== 0, args.join(" "));
    assert.match(stderr, expected);
    assert.not.match(stderr, /GHOST\.|ifVersion|\.partial/);
  }
  assert.match((await home.ok(["data", "exec", "SELECT a FROM t"])).stderr, /ghost data query shows/);
});

test.unless(
  needs("python3"),
  "the shell on a terminal knows help and exit, and ^C twice leaves a statement that does not end",
  async () => {
    await using home = makeHome();
    const known = await onTerminal(home, ["data", "shell"], {
      steps: [
        ["default>", "help\n"],
        ["as ^D does", "exit\n"],
      ],
    });
    assert.is(known.code, 0);
    const long = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 8000000) SELECT count(*) FROM c;";
    const left = await onTerminal(home, ["data", "shell"], {
      steps: [
        ["default>", `${long}\n`],
        ["FROM c;", "\u0003"],
        ["^C again leaves the shell", "\u0003"],
      ],
    });
    assert.is(left.code, 130);
  },
);

test("what cannot be meant is a usage error", async () => {
  await using home = makeHome();
  for (const args of [
    [],
    ["steal"],
    ["get"],
    ["set"],
    ["set", "a", "b", "c"],
    ["incr", "a", "5"],
    ["backup"],
    ["backup", ""],
    ["set", "a", "1", "--expiry", "10"],
    ["shell", "x"],
    ["query", "SELECT ?", "--param", "1", "--param", ":a=1"],
  ]) {
    const outcome = await home.ghost(["data", ...args, "--json"]);
    assert.equal([outcome.code, errorOf(outcome).code], [2, "USAGE"], args.join(" "));
  }
});

test.run();
