import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeStatement, encodeFrame, encodeStatement, FrameReader } from "./frames.ts";

const FRAMES: readonly (readonly [number, string])[] = [
  [1, ""],
  [2, "é😀"],
  [200, "x".repeat(300)],
  [3, ""],
];
const bytes = Buffer.concat(FRAMES.map(([kind, body]) => encodeFrame(kind, body)));

test("frames come out as they went in, wherever the stream is cut", () => {
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new FrameReader();
    const found: [number, string][] = [];
    for (let at = 0; at < bytes.length; at += size) {
      for (const { kind, body } of reader.push(bytes.subarray(at, at + size))) found.push([kind, body.toString("utf8")]);
    }
    assert.equal(found, FRAMES, `in pieces of ${size}`);
  }
});

test("a statement keeps its text and its parameters apart", () => {
  for (const [sql, params] of [
    ["SELECT 'ü'", "[1]"],
    ["", ""],
    ["SELECT 1", ""],
  ] as const)
    assert.equal(decodeStatement(encodeStatement(sql, params)), { sql, params });
});

test.run();
