import { test } from "uvu";
import * as assert from "uvu/assert";
import { judge, takeStatements } from "./statements.ts";

const cases: readonly (readonly [text: string, statements: string[], rest: string])[] = [
  ["", [], ""],
  ["select 1", [], "select 1"],
  ["select 1;", ["select 1"], ""],
  ["select 1; select\n 2", ["select 1"], "select\n 2"],
  ["select ';", [], "select ';"],
  ["select 1 -- note;", [], "select 1 -- note;"],
  ["select 1; /* not closed", [], "select 1; /* not closed"],
  ["create trigger t after insert on a begin delete from b;", [], "create trigger t after insert on a begin delete from b;"],
  ["create trigger t after insert on a begin delete from b; end;", ["create trigger t after insert on a begin delete from b; end"], ""],
];

for (const [text, statements, rest] of cases) {
  test(`of ${JSON.stringify(text)} ${statements.length} statements are whole`, () => {
    assert.equal(takeStatements(text), { statements, rest });
  });
}

test("what gives rows is queried, what begins or ends a transaction is told apart", () => {
  assert.is(judge("select 1").is, "query");
  assert.is(judge("insert into a values (1) returning id").is, "query");
  assert.is(judge("insert into a values (1)").is, "execute");
  assert.equal(judge("begin immediate"), { is: "transaction", word: "BEGIN" });
  assert.equal(judge("end"), { is: "transaction", word: "COMMIT" });
  assert.is(judge("rollback to a").is, "execute");
});

test.run();
