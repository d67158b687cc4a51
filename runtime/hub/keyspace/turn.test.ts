import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openSqlite } from "../../storage/sqlite/open.ts";
import { Turn } from "./turn.ts";

const INSERT = "INSERT INTO t (id, word) VALUES (?, ?)";

/** A turn on a file of its own, and what is in its table. */
async function makeTurn() {
  const folder = mkdtempSync(join(tmpdir(), "ghost-turn-"));
  const db = await openSqlite(join(folder, "t.db"), { synchronous: "NORMAL", verify: false });
  db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT)");
  let undone = 0;
  const turn = new Turn(db, () => undone++);
  const words = () => db.all<{ word: string }>("SELECT word FROM t ORDER BY id").map(({ word }) => word);
  const close = () => {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { turn, words, undone: () => undone, [Symbol.dispose]: close };
}

test("a statement for the end of a turn is in the file after it, alone or with others", async () => {
  using rig = await makeTurn();
  const { turn, words } = rig;
  turn.commit(() => turn.runLast(INSERT, [1, "alone"]));
  turn.settled();
  turn.commit(() => {
    turn.runLast(INSERT, [2, "one"]);
    turn.runLast(INSERT, [3, "other"]);
  });
  turn.settled();
  assert.equal(words(), ["alone", "one", "other"]);
  assert.not(turn.isDirty);
});

test("statements for the end come before those that are run after them", async () => {
  using rig = await makeTurn();
  const { turn, words } = rig;
  let changed = 0;
  turn.commit(() => {
    turn.runLast(INSERT, [1, "one"]);
    changed = turn.run("UPDATE t SET word = 'changed' WHERE id = 1", []);
  });
  assert.equal([changed, words()], [1, ["changed"]]);
});

for (const others of [0, 1]) {
  test(`one that fails undoes the turn${others ? ", others too" : ""}`, async () => {
    using rig = await makeTurn();
    const { turn, words, undone } = rig;
    turn.commit(() => turn.runLast(INSERT, [1, "before"]));
    turn.settled();
    const commit = (): void =>
      turn.commit(() => {
        if (others) turn.runLast(INSERT, [2, "with it"]);
        turn.runLast(INSERT, [1, "twice"]);
      });
    assert.throws(commit);
    assert.equal([undone(), turn.isDirty, words()], [1, false, ["before"]]);
    turn.commit(() => turn.runLast(INSERT, [3, "after"]));
    assert.equal(words(), ["before", "after"]);
  });
}

test.run();
