import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Hashes } from "./hashes.ts";
import { Keyspace } from "./keyspace.ts";
import { HASH } from "./schema.ts";
import type { Space } from "./space.ts";
import { FLUSH_LIMITS } from "./waiting-strings.ts";

/** A keyspace on a file of its own; `reopen` leaves the first one as a crash does. */
interface Rig extends Disposable {
  readonly keyspace: Keyspace;
  readonly hashes: Hashes;
  readonly space: Space;
}

interface Folder extends Disposable {
  open(): Promise<Rig>;
}

function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "ks-"));
  return {
    async open() {
      const keyspace = await Keyspace.open(join(path, "hub.db"));
      // Not `close`, which writes: as SIGKILL, but the lock is free.
      return { keyspace, hashes: new Hashes(keyspace), space: keyspace.space("app"), [Symbol.dispose]: () => keyspace.db.close() };
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

function put({ keyspace, space }: Rig, key: string, value: string, expires = 0): void {
  keyspace.putString(space, key, Buffer.from(value), expires);
}

function putField({ keyspace, hashes, space }: Rig, key: string, field: string, value: string): void {
  const entry = keyspace.lookup(space, key);
  const object = entry.type === HASH ? entry.object : keyspace.createObject(space, key, HASH);
  hashes.set(object, Buffer.from(field), Buffer.from(value));
}

/** All that there is, in the keyspace's own words. */
function all({ keyspace, hashes, space }: Rig, keys: readonly string[]): Record<string, unknown> {
  const seen: Record<string, unknown> = {};
  for (const key of keys) {
    const { type, value, object } = keyspace.lookup(space, key);
    if (type === HASH) {
      const fields = hashes.all(object).map(({ field, value }) => `${Buffer.from(field)}=${Buffer.from(value)}`);
      seen[key] = [hashes.length(object), ...fields];
    } else if (type !== 0) seen[key] = Buffer.from(value).toString();
  }
  return seen;
}

const KEYS = ["s", "s2", "gone", "h", "h2", "dead", "new", "newhash", "turned"];
const BEFORE = { s: "1", s2: "1", h: [2, "a=1", "b=2"], h2: [1, "x=1"], turned: "t" };

/** Some keys in the table, some in the journal, one removed, one whose time was over. */
function begin(rig: Rig): void {
  put(rig, "s", "1");
  put(rig, "gone", "1");
  put(rig, "turned", "t");
  putField(rig, "h", "a", "1");
  rig.keyspace.flushAll();
  rig.keyspace.commit(true);
  put(rig, "s2", "1");
  putField(rig, "h", "b", "2");
  putField(rig, "h2", "x", "1");
  rig.keyspace.remove(rig.space, "gone");
  put(rig, "dead", "1", 1);
  rig.keyspace.commit(true);
}

/** A turn that does a bit of everything. */
function change(rig: Rig): void {
  const { keyspace, hashes, space } = rig;
  put(rig, "s", "2");
  put(rig, "new", "1");
  put(rig, "gone", "again");
  keyspace.remove(space, "s2");
  putField(rig, "h", "a", "9");
  putField(rig, "h", "c", "3");
  hashes.remove(keyspace.lookup(space, "h").object, Buffer.from("b"));
  keyspace.remove(space, "h2");
  put(rig, "h2", "a string now");
  putField(rig, "newhash", "f", "1");
  putField(rig, "dead", "f", "1");
  keyspace.remove(space, "turned");
  putField(rig, "turned", "f", "1");
}

const failures: Record<string, (rig: Rig) => void> = {
  "the commit": ({ keyspace }) => {
    const { db } = keyspace;
    const commit = db.commit.bind(db);
    db.commit = () => {
      db.commit = commit;
      db.rollback();
      throw new Error("disk full");
    };
  },
  "a statement of the commit": ({ keyspace }) => {
    const { db } = keyspace;
    const run = db.run.bind(db);
    db.run = (sql, params) => {
      if (!sql.includes("INTO journal")) return run(sql, params);
      db.run = run;
      throw new Error("disk full");
    };
  },
  "a command half done": ({ keyspace }) => keyspace.fail(new Error("disk full")),
};

const middles: Record<string, (rig: Rig) => void> = {
  "": () => undefined,
  ", all strings written into the table meanwhile": ({ keyspace }) => keyspace.flushAll(),
  ", the namespace emptied meanwhile": ({ keyspace, space }) => keyspace.clear(space),
};

for (const [what, failing] of Object.entries(failures)) {
  for (const [meanwhile, middle] of Object.entries(middles)) {
    // After a flush nothing is left for the journal, so its statement cannot fail.
    const isSure = what !== "a statement of the commit" || meanwhile === "";
    test(`when ${what} fails${meanwhile}, memory and file are as before, and stay so`, async () => {
      using folder = makeFolder();
      using rig = await folder.open();
      const { keyspace } = rig;
      begin(rig);
      change(rig);
      middle(rig);
      if (!isSure) change(rig);
      failing(rig);
      assert.throws(() => keyspace.commit(true), /disk full/);
      assert.equal([keyspace.isDirty, keyspace.failure?.message], [false, "disk full"]);
      assert.equal(all(rig, KEYS), BEFORE);
      assert.is(keyspace.size(rig.space), 5);
      keyspace.commit(true);
      rig.keyspace.db.close();
      using next = await folder.open();
      assert.equal(all(next, KEYS), BEFORE);
      // And the same turn succeeds the next time.
      change(next);
      next.keyspace.commit(true);
      const after = all(next, KEYS);
      assert.equal(after, {
        s: "2",
        gone: "again",
        h: [2, "a=9", "c=3"],
        h2: "a string now",
        dead: [1, "f=1"],
        new: "1",
        newhash: [1, "f=1"],
        turned: [1, "f=1"],
      });
      next.keyspace.db.close();
      using last = await folder.open();
      assert.equal(all(last, KEYS), after);
      assert.is(last.keyspace.size(last.space), 8);
    });
  }
}

test("a failed turn before a crash loses nothing that was committed before it, though its strings were on their way", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace, space } = rig;
  put(rig, "s", "1");
  keyspace.flushAll();
  keyspace.commit(true);
  keyspace.remove(space, "s");
  keyspace.commit(true);
  // The only change in memory becomes one of the table, and all is written: then the disk says no.
  putField(rig, "s", "f", "1");
  keyspace.flushAll();
  failures["the commit"]?.(rig);
  assert.throws(() => keyspace.commit(true), /disk full/);
  while (keyspace.tidy());
  put(rig, "other", "1");
  keyspace.commit(true);
  keyspace.db.close();
  using next = await folder.open();
  assert.equal(all(next, ["s", "other"]), { other: "1" });
});

test("strings that are on their way into the table are not lost when others have waited long meanwhile", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace } = rig;
  const count = FLUSH_LIMITS.keysMax / 2 + 1;
  for (let index = 0; index < count; index++) put(rig, `k${index}`, "v");
  // The first few of them go into the table with it.
  keyspace.commit(true);
  put(rig, "later", "1");
  keyspace.commit(true);
  keyspace.now = () => Date.now() + FLUSH_LIMITS.ageMaxMs + 1;
  keyspace.tidy();
  const last = `k${count - 1}`;
  assert.equal(all(rig, ["k0", last, "later"]), { k0: "v", [last]: "v", later: "1" });
  while (keyspace.tidy());
  keyspace.db.close();
  using next = await folder.open();
  assert.equal(all(next, ["k0", last, "later"]), { k0: "v", [last]: "v", later: "1" });
  assert.is(next.keyspace.size(next.space), count + 1);
});

test("a turn that brings more than may wait puts it into the table meanwhile, and nothing of it is lost or half", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace } = rig;
  const large = Buffer.alloc(FLUSH_LIMITS.bytesMax / 20);
  put(rig, "first", "1");
  for (let round = 0; round < 70; round++) keyspace.putString(rig.space, "large", large.fill(round), 0);
  put(rig, "last", "1");
  assert.is(keyspace.lookup(rig.space, "large").value[0], 69);
  failures["the commit"]?.(rig);
  assert.throws(() => keyspace.commit(true), /disk full/);
  assert.equal(all(rig, ["first", "large", "last"]), {});
  for (let round = 0; round < 70; round++) keyspace.putString(rig.space, "large", large.fill(round), 0);
  put(rig, "last", "2");
  keyspace.commit(true);
  const waiting = keyspace.db.get<{ bytes: number }>("SELECT total(length(changes)) AS bytes FROM journal")?.bytes ?? 0;
  assert.ok(waiting <= FLUSH_LIMITS.bytesMax, `${waiting} bytes wait`);
  keyspace.db.close();
  using next = await folder.open();
  assert.equal(all(next, ["last"]), { last: "2" });
  assert.equal(Buffer.from(next.keyspace.lookup(next.space, "large").value), large.fill(69));
});

test("what the table still says of a key that got another end tells nobody that it changed when that time comes", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace, space } = rig;
  const start = Date.now();
  put(rig, "k", "old", start + 1000);
  keyspace.commit(true);
  keyspace.flushAll();
  keyspace.commit(true);
  put(rig, "k", "new");
  keyspace.commit(true);
  let changes = 0;
  space.watch("k", () => changes++);
  keyspace.now = () => start + 2000;
  keyspace.tidy();
  assert.equal(all(rig, ["k"]), { k: "new" });
  while (keyspace.tidy());
  assert.equal([all(rig, ["k"]), changes, keyspace.size(space)], [{ k: "new" }, 0, 1]);
});

test("a namespace that is emptied takes what waits with it, without writing it first", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace, space } = rig;
  for (let index = 0; index < 100; index++) put(rig, `table${index}`, "v");
  keyspace.flushAll();
  keyspace.commit(true);
  for (let index = 0; index < 100; index++) put(rig, `waits${index}`, "v");
  put(rig, "table7", "changed");
  keyspace.putString(keyspace.space("other"), "waits7", Buffer.from("stays"), 0);
  keyspace.commit(true);
  const rows = () => keyspace.db.get<{ rows: number }>("SELECT count(*) AS rows FROM keys")?.rows;
  keyspace.clear(space);
  assert.is(rows(), 0);
  put(rig, "after", "1");
  keyspace.commit(true);
  assert.equal(all(rig, ["table7", "waits7", "after"]), { after: "1" });
  keyspace.db.close();
  using next = await folder.open();
  assert.equal(all(next, ["table7", "waits7", "after"]), { after: "1" });
  assert.is(next.keyspace.size(next.space), 1);
  assert.is(Buffer.from(next.keyspace.lookup(next.keyspace.space("other"), "waits7").value).toString(), "stays");
});

test("a namespace that was entered in a turn that failed keeps its number, and shares it with nobody", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace } = rig;
  putField(rig, "h", "f", "1");
  const one = keyspace.space("one");
  failures["the commit"]?.(rig);
  assert.throws(() => keyspace.commit(true), /disk full/);
  const two = keyspace.space("two");
  keyspace.putString(one, "k", Buffer.from("of one"), 0);
  keyspace.commit(true);
  assert.is(keyspace.space("one"), one);
  assert.is(keyspace.lookup(two, "k").type, 0);
  keyspace.db.close();
  using next = await folder.open();
  const seen = ["one", "two", "three"].map((name) => Buffer.from(next.keyspace.lookup(next.keyspace.space(name), "k").value).toString());
  assert.equal(seen, ["of one", "", ""]);
});

test("work of a quiet moment that fails is undone, and is done when the disk is well", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace, space } = rig;
  putField(rig, "h", "f", "1");
  keyspace.expire(space, "h", keyspace.lookup(space, "h"), 1);
  keyspace.commit(true);
  const run = keyspace.db.run.bind(keyspace.db);
  keyspace.db.run = (sql, params) => {
    if (!sql.includes("garbage")) return run(sql, params);
    throw new Error("disk full");
  };
  assert.throws(() => keyspace.tidy(), /disk full/);
  assert.is(keyspace.isDirty, false);
  keyspace.db.run = run;
  while (keyspace.tidy());
  assert.equal(keyspace.db.get("SELECT (SELECT count(*) FROM keys) AS keys, (SELECT count(*) FROM fields) AS fields"), {
    keys: 0,
    fields: 0,
  });
  assert.is(keyspace.size(space), 0);
});

test("who watches a key is told when its time is over and it is removed", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace, space } = rig;
  putField(rig, "hash", "f", "1");
  keyspace.expire(space, "hash", keyspace.lookup(space, "hash"), Date.now() + 1000);
  put(rig, "kept", "1", Date.now() + 1000);
  keyspace.flushAll();
  keyspace.commit(true);
  put(rig, "waiting", "1", Date.now() + 1000);
  keyspace.commit(true);
  const told: string[] = [];
  for (const key of ["hash", "kept", "waiting"]) space.watch(key, (name) => told.push(name));
  keyspace.now = () => Date.now() + 10_000;
  while (keyspace.tidy());
  assert.equal(told.sort(), ["hash", "kept", "waiting"]);
});

test("an object that was removed goes from the file in slices", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace, space } = rig;
  for (let field = 0; field < 3000; field++) putField(rig, "h", `f${field}`, "v");
  keyspace.commit(false);
  keyspace.remove(space, "h");
  keyspace.commit(false);
  const left: number[] = [];
  for (let more = true; more; ) {
    more = keyspace.tidy();
    left.push(keyspace.db.get<{ count: number }>("SELECT count(*) AS count FROM fields")?.count ?? -1);
  }
  assert.equal(left.slice(0, 3), [2000, 1000, 0]);
  assert.equal(keyspace.db.all("SELECT * FROM garbage"), []);
});

test("more than one row of the journal takes is one transaction still", async () => {
  using folder = makeFolder();
  using rig = await folder.open();
  const { keyspace, space } = rig;
  const big = "v".repeat(5_000_000);
  for (let key = 0; key < 5; key++) put(rig, `k${key}`, big);
  failures["the commit"]?.(rig);
  assert.throws(() => keyspace.commit(true), /disk full/);
  assert.is(keyspace.lookup(space, "k0").type, 0);
  for (let key = 0; key < 5; key++) put(rig, `k${key}`, `${key}${big}`);
  keyspace.commit(true);
  keyspace.db.close();
  using next = await folder.open();
  for (let key = 0; key < 5; key++) assert.is(all(next, [`k${key}`])[`k${key}`], `${key}${big}`);
});

test.run();
