import { test } from "uvu";
import * as assert from "uvu/assert";
import { readNames } from "./query.ts";

const names = (query: string): string[] | null => readNames(new URLSearchParams(query), "names");

test("names are divided by commas, or given several times", () => {
  assert.equal(names("names=api,shop/worker&names=db"), ["api", "shop/worker", "db"]);
  assert.equal(names("names=,,api,"), ["api"]);
  assert.is(names("names="), null);
  assert.is(names("other=x"), null);
});

test("a comma in braces is a glob's", () => {
  assert.equal(names("names={a,b}*,c,x{1,2"), ["{a,b}*", "c", "x{1,2"]);
});

test.run();
