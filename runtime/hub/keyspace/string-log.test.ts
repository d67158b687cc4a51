import { test } from "uvu";
import * as assert from "uvu/assert";
import { entryAt, isMoved, namespaceAt, recordBytes, recordKeyAt } from "./journal.ts";
import { StringLog } from "./string-log.ts";

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function set(log: StringLog, namespace: number, key: string, value: Uint8Array, expires = 0, version = 1): void {
  log.set(namespace, key, { value, expires, version });
}

/** A record of the journal. */
interface Change {
  readonly kind: "set" | "removed" | "moved";
  readonly namespace: number;
  readonly key: string;
  readonly value?: Uint8Array;
  readonly expires?: number;
  readonly version?: number;
}

/** The records of a row, in their order. */
function recordsOf(row: Uint8Array): Change[] {
  const buffer = Buffer.from(row.buffer, row.byteOffset, row.length);
  const changes: Change[] = [];
  for (let at = 0; at < buffer.length; at += recordBytes(buffer, at)) {
    const { type, value, expires, version } = entryAt(buffer, at);
    const one = { namespace: namespaceAt(buffer, at), key: recordKeyAt(buffer, at) };
    if (type !== 0) changes.push({ kind: "set", ...one, value: new Uint8Array(value), expires, version });
    else changes.push({ kind: isMoved(buffer, at) ? "moved" : "removed", ...one });
  }
  return changes;
}

/** What is new in the log, as the rows of the journal would say it. */
function written(log: StringLog): Change[] {
  // A row as SQLite gives it: bytes within a greater buffer.
  return [...log.unwritten()].flatMap((piece) => {
    const row = new Uint8Array(piece.length + 10).subarray(5, 5 + piece.length);
    row.set(piece);
    return recordsOf(row);
  });
}

test("changes come back as they were, in their order, whatever bytes they are", () => {
  const log = new StringLog();
  const every = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
  set(log, 1, every, bytes(0, 255, 13, 10));
  log.removed(4_294_967_295, "");
  set(log, 2, "k", bytes(), 8_640_000_000_000_000, Number.MAX_SAFE_INTEGER);
  log.moved(3, "\xff");
  assert.equal(written(log), [
    { kind: "set", namespace: 1, key: every, value: bytes(0, 255, 13, 10), expires: 0, version: 1 },
    { kind: "removed", namespace: 4_294_967_295, key: "" },
    { kind: "set", namespace: 2, key: "k", value: bytes(), expires: 8_640_000_000_000_000, version: Number.MAX_SAFE_INTEGER },
    { kind: "moved", namespace: 3, key: "\xff" },
  ]);
});

test("what was written is given once, what was taken back never, and room grows with what comes", () => {
  const log = new StringLog();
  assert.ok(log.isWritten);
  set(log, 1, "a", new Uint8Array(300_000).fill(7));
  assert.not.ok(log.isWritten);
  log.rollBack();
  assert.ok(log.isWritten);
  assert.equal([log.bytes, log.size, log.find(1, "a")], [0, 0, undefined]);
  log.removed(1, "x".repeat(70_000));
  for (let key = 0; key < 100; key++) set(log, 1, `k${key}`, new Uint8Array(50_000).fill(key), key, key);
  assert.ok(log.bytes > 5_000_000);
  const changes = written(log);
  assert.ok(log.isWritten);
  assert.equal(written(log), []);
  assert.equal([changes.length, changes[0]?.key.length], [101, 70_000]);
  for (const [index, change] of changes.slice(1).entries())
    assert.ok(change.kind === "set" && change.key === `k${index}` && change.value?.every((value) => value === index), `change ${index}`);
});

test("a value of several blocks lies in one piece, and what comes after it in another", () => {
  const log = new StringLog();
  set(log, 1, "small", bytes(1));
  set(log, 1, "large", new Uint8Array(5 * 1024 * 1024).fill(9));
  set(log, 1, "after", bytes(2));
  assert.is(log.find(1, "large")?.value.length, 5 * 1024 * 1024);
  assert.equal([log.find(1, "small")?.value[0], log.find(1, "large")?.value[5_000_000], log.find(1, "after")?.value[0]], [1, 9, 2]);
  assert.is([...log.unwritten()].length, 3);
});

test("it knows of a key what was said last, in its own namespace, until that is said to be elsewhere", () => {
  const log = new StringLog();
  set(log, 1, "k", bytes(1));
  set(log, 2, "k", bytes(2), 77, 9);
  set(log, 1, "k", bytes(3));
  log.removed(1, "other");
  assert.equal([log.size, log.countOf(1), log.countOf(2), log.countOf(3)], [3, 2, 1, 0]);
  assert.is(log.find(1, "k")?.value[0], 3);
  assert.equal([log.find(2, "k")?.expires, log.find(2, "k")?.version], [77, 9]);
  assert.equal([log.find(1, "other")?.type, log.find(2, "other")], [0, undefined]);
  log.moved(1, "k");
  assert.equal([log.find(1, "k"), log.has(1, "k"), log.has(2, "k"), log.size], [undefined, false, true, 2]);
  const [last] = [...log.addresses()].filter((address) => log.namespaceAt(address) === 2) as [number];
  assert.equal([log.keyAt(last), log.isAt(last, 2, "k"), log.isAt(last, 1, "k")], ["k", true, false]);
});

test("any changes, taken back or not, leave what a map of the same says", () => {
  let seed = 4711;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const log = new StringLog();
  const now = new Map<string, number | "removed">();
  /** What the turn's changes were before it. */
  let before: [string, number | "removed" | undefined][] = [];
  const become = (name: string, value: number | "removed" | undefined) => {
    if (value === undefined) now.delete(name);
    else now.set(name, value);
  };
  for (let step = 0; step < 60_000; step++) {
    const namespace = 1 + random(3);
    // Few keys at first, then so many that there must be more room, also in the middle of a turn.
    const key = `k${random(step < 20_000 ? 300 : 20_000)}`;
    const name = `${namespace} ${key}`;
    const what = random(100);
    before.push([name, now.get(name)]);
    if (what < 70) {
      set(log, namespace, key, bytes(step & 255, (step >> 8) & 255), 0, step);
      become(name, step);
    } else if (what < 85) {
      log.removed(namespace, key);
      become(name, "removed");
    } else if (what < 92) {
      log.moved(namespace, key);
      become(name, undefined);
    } else if (what < 96) {
      log.markWritten();
      log.settle();
      before = [];
    } else if (what === 99) {
      log.rollBack();
      for (const [changed, value] of before.reverse()) become(changed, value);
      before = [];
    }
  }
  assert.is(log.size, now.size);
  const found = [...log.addresses()].map((address): [string, number | "removed"] => {
    const { type, version } = log.entryAt(address);
    return [`${log.namespaceAt(address)} ${log.keyAt(address)}`, type === 0 ? "removed" : version];
  });
  assert.equal(found.sort(), [...now].sort());
  for (const [name, value] of now) {
    const [namespace, key] = name.split(" ") as [string, string];
    const { type, version } = log.find(Number(namespace), key) ?? {};
    assert.is(type === 0 ? "removed" : version, value, name);
  }
});

test("what was written is the same when it is loaded again, without namespaces that nobody knows", () => {
  const log = new StringLog();
  set(log, 1, "a", bytes(1), 5, 6);
  set(log, 2, "a", bytes(2));
  set(log, 1, "b", new Uint8Array(2_000_000).fill(3));
  log.removed(1, "c");
  set(log, 1, "d", bytes(4));
  log.moved(1, "d");
  const again = new StringLog();
  for (const piece of log.unwritten()) again.load(piece, (namespace) => namespace === 1);
  assert.ok(again.isWritten);
  assert.equal([again.size, again.countOf(2), again.has(1, "d"), again.find(1, "c")?.type], [3, 0, false, 0]);
  assert.equal([again.find(1, "a")?.value[0], again.find(1, "a")?.expires, again.find(1, "a")?.version], [1, 5, 6]);
  assert.ok(again.find(1, "b")?.value.every((value) => value === 3));
  again.rollBack();
  assert.is(again.size, 3);
});

test("turns that are taken back again and again leave nothing behind", () => {
  const log = new StringLog();
  set(log, 1, "stays", bytes(1));
  log.markWritten();
  log.settle();
  const { bytes: before } = log;
  for (let turn = 0; turn < 200; turn++) {
    for (let key = 0; key < 100; key++) set(log, 1, `t${turn}k${key}`, bytes(1));
    log.rollBack();
  }
  assert.equal([log.bytes, log.size, log.isWritten], [before, 1, true]);
  assert.is(log.find(1, "stays")?.value[0], 1);
  assert.is(log.find(1, "t7k7"), undefined);
});

test.run();
