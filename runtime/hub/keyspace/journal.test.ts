import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Change, JournalWriter, readJournal } from "./journal.ts";

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

test("changes come back as they were, in their order, whatever bytes they are", () => {
  const writer = new JournalWriter();
  const every = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
  writer.set(1, every, bytes(0, 255, 13, 10), 0, 1);
  writer.removed(4_294_967_295, "");
  writer.set(2, "k", bytes(), 8_640_000_000_000_000, Number.MAX_SAFE_INTEGER);
  writer.moved(3, "\xff");
  const expected: Change[] = [
    { kind: "set", namespace: 1, key: every, value: bytes(0, 255, 13, 10), expires: 0, version: 1 },
    { kind: "removed", namespace: 4_294_967_295, key: "" },
    { kind: "set", namespace: 2, key: "k", value: bytes(), expires: 8_640_000_000_000_000, version: Number.MAX_SAFE_INTEGER },
    { kind: "moved", namespace: 3, key: "\xff" },
  ];
  assert.equal([...readJournal(writer.take())], expected);
});

test("what was taken is gone, what was cleared too, and room grows with what comes", () => {
  const writer = new JournalWriter();
  assert.ok(writer.isEmpty);
  writer.set(1, "a", new Uint8Array(300_000).fill(7), 0, 1);
  writer.clear();
  assert.ok(writer.isEmpty);
  writer.removed(1, "x".repeat(70_000));
  for (let key = 0; key < 100; key++) writer.set(1, `k${key}`, new Uint8Array(50_000).fill(key), key, key);
  assert.ok(writer.length > 5_000_000);
  // A row as SQLite gives it: bytes within a greater buffer.
  const row = new Uint8Array(writer.length + 10).subarray(5, 5 + writer.length);
  row.set(writer.take());
  const changes = [...readJournal(row)];
  assert.ok(writer.isEmpty);
  assert.equal([changes.length, changes[0]?.key.length], [101, 70_000]);
  for (const [index, change] of changes.slice(1).entries())
    assert.ok(change.kind === "set" && change.key === `k${index}` && change.value.every((value) => value === index), `change ${index}`);
});

test.run();
