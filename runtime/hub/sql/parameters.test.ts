import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { type SqlParameter, SqlReal } from "../../storage/sqlite/open.ts";
import { bindings, parseJson } from "./parameters.ts";

const VALUES: readonly (readonly [string, SqlParameter])[] = [
  ["null", null],
  ["true", 1],
  ["false", 0],
  ["-7", -7],
  ["1.5", 1.5],
  ["1.0", new SqlReal(1)],
  ["-1e3", new SqlReal(-1000)],
  ["9007199254740993", 9007199254740993n],
  ["-9223372036854775808", -(2n ** 63n)],
  ["9223372036854775808", new SqlReal(2 ** 63)],
  ['"text \\" 1.0 \\\\"', 'text " 1.0 \\'],
  ['{"$int":"9223372036854775807"}', 2n ** 63n - 1n],
  ['{"$real":"inf"}', new SqlReal(Number.POSITIVE_INFINITY)],
  ['{"$real":"-inf"}', new SqlReal(Number.NEGATIVE_INFINITY)],
  ['{"$real":"2"}', new SqlReal(2)],
  ['{"$blob":"AAEC/w=="}', Buffer.from([0, 1, 2, 255])],
  ['{"$blob":""}', Buffer.alloc(0)],
];

for (const [json, value] of VALUES) {
  test(`the parameter ${json} by position and by name`, () => {
    assert.equal(bindings("SELECT ?", parseJson(`[${json}]`)), [value]);
    assert.equal(bindings("SELECT :v", parseJson(`{"v":${json}}`)), [value]);
  });
}

test("names are found with and without their prefix, whatever else the object has", () => {
  const given = parseJson('{"a":1,"@b":2,"$c":3,"c":4,"unused":{"x":[]}}');
  assert.equal(bindings("SELECT :a, @b, $c, :a, :c", given), [1, 2, 3, 4]);
  assert.equal(bindings("SELECT ?2, ?1", parseJson('{"1":"one","2":"two"}')), ["one", "two"]);
  assert.equal(bindings("SELECT 1", parseJson("{}")), []);
});

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ["SELECT :a", '{"b":1}', /no value for :a/],
  ["SELECT ?", '{"b":1}', /parameter 1 has no name/],
  ["SELECT ?", "[[1]]", /value 1 is \[1\]/],
  ["SELECT ?", '[{"x":1}]', /value 1 is \{"x":1\}/],
  ["SELECT ?", '[{"$int":"1.5"}]', /value 1 is/],
  ["SELECT ?", '[{"$int":5}]', /value 1 is/],
  ["SELECT ?", '[{"$blob":"?"}]', /value 1 is/],
  ["SELECT ?", '[{"$real":"nan"}]', /no number/],
  ["SELECT ?", '[{"$real":""}]', /no number/],
  ["SELECT ?", '[{"$int":"1","$real":"1"}]', /value 1 is/],
  ["SELECT ?", "5", /neither an array nor an object/],
];

for (const [sql, json, message] of WRONG) {
  test(`${json} cannot be bound to ${sql}`, () => {
    assert.throws(
      () => bindings(sql, parseJson(json)),
      (error: unknown) => error instanceof GhostError && error.code === "SQL_FAILED" && message.test(error.message),
    );
  });
}

for (const json of ["[", "[01]", "[1.]", "['a']", '["a]', "nothing"])
  test(`${json} is not JSON`, () => assert.throws(() => parseJson(json), /cannot read the parameters/));

test.run();
