import { test } from "uvu";
import * as assert from "uvu/assert";
import { castToInteger, countParameters, parameterNames } from "./parameters.ts";

const COUNTS: readonly (readonly [string, number])[] = [
  ["SELECT 1", 0],
  ["SELECT ?, ?", 2],
  ["SELECT ?3, ?", 4],
  ["SELECT :a, @b, $c, :a", 3],
  ["SELECT '?', \"?\", `?`, [?], 'it''s ?' -- ?\n, /* ? */ ?", 1],
  ["SELECT a$b, x'00', 1e5, a->>'$.b' FROM t WHERE c = ?", 1],
  ["SELECT ? /* not closed ?", 1],
  ["SELECT ?, 'not closed ?", 1],
  ["SELECT :a$b, $c::d::e(f,g), $c::d(f), #h", 4],
];

for (const [sql, count] of COUNTS) test(`counts ${count} in ${sql}`, () => assert.is(countParameters(sql), count));

const CASTS: readonly (readonly [string, readonly number[], string])[] = [
  ["VALUES (?, ?, ?)", [1], "VALUES (?, +CAST(?2 AS INTEGER), ?)"],
  ["VALUES (?2, ?1)", [0], "VALUES (?2, +CAST(?1 AS INTEGER))"],
  ["VALUES (:a, :b, :a)", [0], "VALUES (+CAST(:a AS INTEGER), :b, +CAST(:a AS INTEGER))"],
  ["VALUES ('?', ?)", [0], "VALUES ('?', +CAST(?1 AS INTEGER))"],
];

for (const [sql, positions, expected] of CASTS) {
  test(`casts ${positions.join()} in ${sql}`, () => assert.is(castToInteger(sql, new Set(positions)), expected));
}

const NAMES: readonly (readonly [string, readonly (string | null)[]])[] = [
  ["SELECT 1", []],
  ["SELECT :a, @b, :a, ?, ?2, $c", [":a", "?2", null, "$c"]],
  ["SELECT ?3", [null, null, "?3"]],
  ["SELECT ?99999999", []],
];

for (const [sql, names] of NAMES) test(`names the parameters of ${sql}`, () => assert.equal(parameterNames(sql), names));

test.run();
