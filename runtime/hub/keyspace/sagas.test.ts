import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { SagaBook } from "../../../core/saga/book.ts";
import { SAGA_LIMITS } from "../../../core/saga/limits.ts";
import { Keyspace } from "./keyspace.ts";
import { listSagas, namespacesOf, SagaTable } from "./sagas.ts";

const CLAIM = { holder: "a", leaseMs: 1000, plan: '[{"name":"a","run":[1,1,1]}]' };
const DONE = '{"step":"a","is":"done"}';

/** A keyspace on a file of its own, with a time that the test sets. */
async function openRig() {
  const folder = mkdtempSync(join(tmpdir(), "sg-"));
  const keyspace = await Keyspace.open(join(folder, "hub.db"));
  const rig = { now: 1_000_000_000_000, living: { since: 0, others: (_holder: string): string[] => [] } };
  keyspace.now = () => rig.now;
  const tableOf = (name: string) => new SagaTable(keyspace, keyspace.space(name).id, rig.living, () => undefined);
  return Object.assign(rig, {
    ...{ keyspace, tableOf, bookOf: (name: string) => new SagaBook(tableOf(name)) },
    ids: (name: string) => {
      keyspace.commit(true);
      const filter = { name: null, states: ["running", "done"] as const, before: Number.MAX_SAFE_INTEGER, limit: 100 };
      return listSagas(keyspace, keyspace.space(name).id, filter).map(({ id }) => id);
    },
    [Symbol.dispose]() {
      keyspace.db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

test("sagas that ended are kept for a while, and then an id may be used again", async () => {
  using rig = await openRig();
  const book = rig.bookOf("shop");
  book.claim("order", "1", CLAIM, "1");
  book.report("order", "1", 1, DONE);
  rig.now += SAGA_LIMITS.endedMs - 1;
  book.claim("order", "2", CLAIM, "1");
  assert.equal([rig.ids("shop"), book.claim("order", "1", CLAIM, "1").state], [["2", "1"], "done"]);
  rig.now += 1;
  book.report("order", "2", 1, DONE);
  assert.equal(rig.ids("shop"), ["2"]);
  assert.is(rig.keyspace.db.values("SELECT count(DISTINCT saga) FROM saga_records", [])?.[0], 1);
  assert.is(book.claim("order", "1", CLAIM, "1").state, "running");
});

test("a later life takes over from one that the hub heard, and has no connection any more", async () => {
  using rig = await openRig();
  const [book, table] = [rig.bookOf("shop"), rig.tableOf("shop")];
  const life = (number: number) => ({ ...CLAIM, holder: `shop/0@${number}` });
  const taken = () => [table.free("order", "shop/0@2", 9).length, book.claim("order", "1", life(2)).fence];
  book.claim("order", "1", life(1), "1");
  rig.living.others = () => ["shop/0@1"];
  assert.equal(taken(), [0, 0]);
  rig.living.others = () => ["shop/0@3"];
  // A hub that has just begun cannot know yet who is alive.
  rig.living.since = rig.now + 1;
  assert.equal(taken(), [0, 0]);
  rig.now += 500;
  book.renew("order", "1", 1);
  assert.equal(taken(), [1, 2]);
});

test("sagas that have not ended are kept whatever their age", async () => {
  using rig = await openRig();
  const book = rig.bookOf("shop");
  book.claim("order", "1", CLAIM, "1");
  rig.now += 100 * SAGA_LIMITS.endedMs;
  book.claim("order", "2", CLAIM, "1");
  book.report("order", "2", 1, DONE);
  assert.equal(rig.ids("shop"), ["2", "1"]);
});

test("each namespace has its own sagas, and they can be found in all", async () => {
  using rig = await openRig();
  for (const namespace of ["shop", "mail"]) rig.bookOf(namespace).claim("order", "1", CLAIM, "1");
  rig.bookOf("mail").claim("order", "2", CLAIM, "1");
  assert.equal([rig.ids("shop"), rig.ids("mail")], [["1"], ["2", "1"]]);
  assert.equal([namespacesOf(rig.keyspace, "order", "1"), namespacesOf(rig.keyspace, "order", "2")], [["mail", "shop"], ["mail"]]);
  const filter = { name: "order", states: ["running"] as const, before: Number.MAX_SAFE_INTEGER, limit: 2 };
  assert.equal(
    listSagas(rig.keyspace, null, filter).map(({ namespace, id }) => `${namespace} ${id}`),
    ["mail 2", "mail 1"],
  );
});

test("what another instance holds takes no place among those that an instance may go on with", async () => {
  using rig = await openRig();
  const book = rig.bookOf("shop");
  book.claim("order", "held", { ...CLAIM, holder: "shop/10@1" }, "1");
  book.claim("order", "own", { ...CLAIM, holder: "shop/1@1" }, "1");
  assert.equal(rig.tableOf("shop").free("order", "shop/1@2", 1), ["own"]);
});

test("a turn that the disk refused leaves a saga as it was", async () => {
  using rig = await openRig();
  const { keyspace } = rig;
  const book = rig.bookOf("shop");
  book.claim("order", "1", CLAIM, "1");
  keyspace.commit(true);
  book.report("order", "1", 1, DONE);
  book.claim("order", "2", CLAIM, "1");
  const commit = keyspace.db.commit.bind(keyspace.db);
  keyspace.db.commit = () => {
    keyspace.db.commit = commit;
    throw Object.assign(new Error("disk full"), { code: "NO_SPACE" });
  };
  assert.throws(() => keyspace.commit(true), /disk full/);
  assert.equal(rig.ids("shop"), ["1"]);
  assert.equal(rig.tableOf("shop").find("order", "1")?.records, 2);
  assert.is(book.report("order", "1", 1, DONE).state, "done");
});

test.run();
