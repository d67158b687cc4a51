import { test } from "uvu";
import * as assert from "uvu/assert";
import { plain } from "./paint.ts";
import { renderRows, rowObject } from "./rows.ts";

test("numbers stand to the right, NULL and blobs are told apart from texts", () => {
  const result = {
    columns: ["id", "name", "data"],
    rows: [
      [1, "apple", { $blob: "3q2+7w==" }],
      [{ $int: "9223372036854775807" }, null, { $blob: Buffer.alloc(20, 1).toString("base64") }],
    ],
  };
  assert.equal(renderRows(result, 200, plain), [
    "                 id  name   data",
    "                  1  apple  x'deadbeef'",
    "9223372036854775807  NULL   x'01010101010101010101010101010101'… (20 bytes)",
  ]);
});

test("a text of several lines stays in its row", () => {
  assert.equal(renderRows({ columns: ["a", "b"], rows: [["one\ntwo\tthree", 1]] }, 80, plain), [
    "a                b",
    "one\\ntwo\\tthree  1",
  ]);
});

test("a row becomes an object, and no column of it is lost", () => {
  assert.equal(rowObject(["a", "b", "a"], [1, 2, 3]), { a: 1, b: 2, "a:2": 3 });
});

test.run();
