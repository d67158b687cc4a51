import assert from "node:assert/strict";
import { test } from "node:test";
import { greeting } from "./hello.ts";

test("a greeting names whom it greets", () => {
  assert.equal(greeting("Ada"), "hello, Ada");
});
