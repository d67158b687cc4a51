import { test } from "uvu";
import * as assert from "uvu/assert";
import type { GhostError } from "../errors/ghost-error.ts";
import { decodeRows, encodeCommands, encodeParameters } from "./sql-json.ts";

test("parameters are JSON, with what JSON lacks written out", () => {
  assert.is(encodeParameters(undefined), undefined);
  assert.is(encodeParameters([]), "[]");
  assert.is(
    encodeParameters([
      1,
      1.5,
      "a\u0000ß",
      null,
      true,
      2n ** 62n,
      new Uint8Array([1, 2]),
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]),
    '[1,1.5,"a\\u0000ß",null,true,{"$int":"4611686018427387904"},{"$blob":"AQI="},{"$real":"inf"},{"$real":"-inf"}]',
  );
  assert.is(encodeParameters({ id: 1, "a b": "x" }), '{"id":1,"a b":"x"}');
});

test("commands are a list of texts with their parameters", () => {
  assert.is(encodeCommands([["A"], ["B", [1]], ["C", { x: null }]]), '[["A",null],["B",[1]],["C",{"x":null}]]');
  assert.is(encodeCommands([]), "[]");
});

test("what is no value of SQL is refused by its place", () => {
  const refused: [unknown, RegExp][] = [
    [[1, undefined], /cannot use undefined as parameter 2/],
    [[{}], /cannot use a Object as parameter 1/],
    [{ at: new Date() }, /cannot use a Date as parameter at/],
    [[Number.NaN], /cannot use NaN as parameter 1/],
  ];
  for (const [parameters, message] of refused)
    assert.throws(
      () => encodeParameters(parameters as never),
      (error: GhostError) => error.code === "USAGE" && message.test(error.message),
    );
});

test("rows are objects, and values come back as they went", () => {
  assert.equal(decodeRows('{"columns":["a","b"],"rows":[[1,"x"],[1.0,null]]}'), [
    { a: 1, b: "x" },
    { a: 1, b: null },
  ]);
  assert.equal(
    decodeRows('{"columns":["i","b","r","n"],"rows":[[{"$int":"9223372036854775807"},{"$blob":"AQI="},{"$real":"inf"},{"$real":"-inf"}]]}'),
    [{ i: 9223372036854775807n, b: new Uint8Array([1, 2]), r: Number.POSITIVE_INFINITY, n: Number.NEGATIVE_INFINITY }],
  );
  assert.equal(decodeRows('{"columns":["a","a"],"rows":[[1,2]]}'), [{ a: 2 }]);
  assert.equal(decodeRows('{"columns":[],"rows":[]}'), []);
});

test.run();
