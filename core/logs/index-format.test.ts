import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  decodeIndexHeader,
  decodeIndexRecord,
  encodeIndexHeader,
  encodeIndexRecord,
  type IndexRecord,
  type IndexRecords,
  lastRecordAt,
  offsetSince,
  timeAt,
} from "./index-format.ts";

function records(...list: IndexRecord[]): IndexRecords {
  return { count: list.length, at: (index) => list[index] ?? null };
}
const chunk = (offset: number, timeMs: number): IndexRecord => ({ kind: "chunk", offset, timeMs });
const gap = (offset: number, droppedBytes: number): IndexRecord => ({ kind: "gap", offset, droppedBytes });

test("a header gives its sequence number back; other bytes are no header", () => {
  assert.is(decodeIndexHeader(encodeIndexHeader(7)), 7);
  assert.is(decodeIndexHeader(new Uint8Array(16)), null);
  assert.is(decodeIndexHeader(encodeIndexHeader(7).subarray(0, 9)), null);
});

test("records survive the way to bytes and back, large numbers too", () => {
  const view = new DataView(new ArrayBuffer(32));
  for (const record of [chunk(0, 0), chunk(2 ** 45 + 3, 1_800_000_000_123), gap(5_000_000_000, 2 ** 40 + 1)]) {
    encodeIndexRecord(new DataView(view.buffer, 16), record);
    assert.equal(decodeIndexRecord(view, 16), record);
  }
  assert.is(decodeIndexRecord(view, 0), null);
});

test("the time of a byte is that of the chunk it stands in", () => {
  const index = records(chunk(0, 100), chunk(10, 200), gap(10, 5), chunk(30, 300));
  assert.is(timeAt(index, 0), 100);
  assert.is(timeAt(index, 9), 100);
  assert.is(timeAt(index, 10), 200);
  assert.is(timeAt(index, 29), 200);
  assert.is(timeAt(index, 1000), 300);
  assert.is(timeAt(records(chunk(4, 1)), 3), null);
  assert.is(timeAt(records(), 0), null);
});

test("of several chunks at one offset the last is true", () => {
  assert.is(timeAt(records(chunk(0, 1), chunk(8, 2), chunk(8, 9)), 8), 9);
});

test("a record is found by offset", () => {
  const index = records(chunk(0, 100), chunk(10, 200), chunk(30, 300));
  assert.equal(
    [0, 9, 10, 31].map((offset) => lastRecordAt(index, offset)),
    [0, 0, 1, 2],
  );
  assert.is(lastRecordAt(records(), 5), -1);
});

test("an offset is found by time", () => {
  const index = records(chunk(0, 100), gap(10, 1), chunk(10, 200), chunk(30, 300));
  assert.equal(
    [0, 100, 101, 200, 250, 300].map((time) => offsetSince(index, time)),
    [0, 0, 10, 10, 30, 30],
  );
  assert.is(offsetSince(index, 301), null);
});

test.run();
