import { test } from "uvu";
import * as assert from "uvu/assert";
import { type CutLine, LINE_BYTES_MAX, LineCutter } from "./lines.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const shown = (lines: CutLine[]) => lines.map((line) => [line.offset, new TextDecoder().decode(line.bytes)]);

test("lines come with their offsets, however the bytes arrive", () => {
  const text = "one\n\ntwo\nthree";
  for (let cut = 0; cut <= text.length; cut++) {
    const cutter = new LineCutter(100);
    const lines = [...cutter.push(bytes(text.slice(0, cut))), ...cutter.push(bytes(text.slice(cut)))];
    const rest = cutter.rest();
    assert.equal(shown(rest ? [...lines, rest] : lines), [
      [100, "one"],
      [104, ""],
      [105, "two"],
      [109, "three"],
    ]);
  }
});

test("what is held does not change with the caller's buffer", () => {
  const buffer = bytes("abc");
  const cutter = new LineCutter(0);
  cutter.push(buffer);
  buffer.fill(0);
  assert.equal(shown(cutter.push(bytes("d\n"))), [[0, "abcd"]]);
  assert.is(cutter.lineStart, 5);
  assert.is(cutter.rest(), null);
});

test("a line of exactly the limit is one line", () => {
  const cutter = new LineCutter(0);
  const lines = cutter.push(bytes(`${"x".repeat(LINE_BYTES_MAX - 1)}\nnext\n`));
  assert.equal(
    lines.map((line) => line.bytes.length),
    [LINE_BYTES_MAX - 1, 4],
  );
});

test("a longer one comes in pieces that join to the whole, no character torn", () => {
  const text = `a${"é".repeat(LINE_BYTES_MAX)}`;
  const cutter = new LineCutter(0);
  const lines = cutter.push(bytes(`${text}\nnext\n`));
  assert.ok(lines.every((line) => line.bytes.length <= LINE_BYTES_MAX));
  assert.is(
    lines
      .slice(0, -1)
      .map((line) => new TextDecoder("utf-8", { fatal: true }).decode(line.bytes))
      .join(""),
    text,
  );
  assert.equal(shown(lines.slice(-1)), [[bytes(text).length + 1, "next"]]);
});

test("bytes that are no UTF-8 are cut at the limit", () => {
  const cutter = new LineCutter(0);
  assert.equal(
    cutter.push(new Uint8Array(LINE_BYTES_MAX + 5).fill(0x80)).map((line) => line.bytes.length),
    [LINE_BYTES_MAX],
  );
  assert.is(cutter.rest()?.bytes.length, 5);
});

test.run();
