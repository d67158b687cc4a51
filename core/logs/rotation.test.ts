import { test } from "uvu";
import * as assert from "uvu/assert";
import { interruptedShift, LINE_SPLIT_BYTES, nextMove, planRotation } from "./rotation.ts";

test("below its size a file takes bytes up to it, and no more", () => {
  assert.equal(
    nextMove(0, 1000, 100, () => true),
    { kind: "move", bytes: 100 },
  );
  assert.equal(
    nextMove(950, 1000, 100, () => true),
    { kind: "move", bytes: 50 },
  );
});

test("at its size it is rotated at the end of the line", () => {
  assert.equal(
    nextMove(1000, 1000, 100, () => true),
    { kind: "rotate" },
  );
  assert.equal(
    nextMove(1000, 1000, 100, () => false),
    { kind: "finish-line" },
  );
  assert.equal(
    nextMove(1000 + LINE_SPLIT_BYTES - 1, 1000, 100, () => false),
    { kind: "finish-line" },
  );
});

test("a line that does not end is split", () => {
  assert.equal(
    nextMove(1000 + LINE_SPLIT_BYTES, 1000, 100, () => false),
    { kind: "rotate" },
  );
});

test("an empty file is never rotated, however small the size", () => {
  assert.equal(
    nextMove(0, 0, 100, () => true),
    { kind: "finish-line" },
  );
});

const plans: [string, number[], number, ReturnType<typeof planRotation>][] = [
  ["the first", [], 5, { remove: [], shifts: [{ from: 0, to: 1 }] }],
  [
    "the third",
    [1, 2],
    5,
    {
      remove: [],
      shifts: [
        { from: 2, to: 3 },
        { from: 1, to: 2 },
        { from: 0, to: 1 },
      ],
    },
  ],
  [
    "a full set",
    [1, 2],
    2,
    {
      remove: [2],
      shifts: [
        { from: 1, to: 2 },
        { from: 0, to: 1 },
      ],
    },
  ],
  [
    "after a crash: the gap is filled",
    [1, 3],
    3,
    {
      remove: [],
      shifts: [
        { from: 1, to: 2 },
        { from: 0, to: 1 },
      ],
    },
  ],
  [
    "a smaller set than before",
    [1, 2, 3, 4],
    2,
    {
      remove: [3, 4, 2],
      shifts: [
        { from: 1, to: 2 },
        { from: 0, to: 1 },
      ],
    },
  ],
  ["none is kept", [1], 0, { remove: [1, 0], shifts: [] }],
];
for (const [name, present, maxFiles, expected] of plans) {
  test(`rotation: ${name}`, () => assert.equal(planRotation(new Set(present), maxFiles), expected));
}

test("a shift that a crash interrupted is found", () => {
  assert.equal(interruptedShift(new Set([0, 1, 3]), new Set([0, 1, 2])), { from: 2, to: 3 });
  assert.equal(interruptedShift(new Set([1]), new Set([0])), { from: 0, to: 1 });
  assert.is(interruptedShift(new Set([0, 1]), new Set([0, 1])), null);
  assert.is(interruptedShift(new Set([0, 2]), new Set([0, 2])), null);
});

test.run();
