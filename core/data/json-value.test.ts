import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeValue, encodeValue } from "./json-value.ts";

test("a text of another program that is no JSON is that text", () => {
  assert.is(decodeValue("hello"), "hello");
  assert.is(decodeValue("01"), "01");
  assert.is(decodeValue(""), "");
  assert.is(decodeValue("42"), 42);
  assert.equal(decodeValue('{"a":1}'), { a: 1 });
});

test("a value that refers to itself is refused by the name of its key", () => {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  assert.throws(() => encodeValue("user:1", loop), /cannot store the value of user:1: /);
});

test.run();
