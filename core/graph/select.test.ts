import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../errors/ghost-error.ts";
import { type Selectable, type SelectableGroup, selectProcesses } from "./select.ts";

const named = (full: string): Selectable => {
  const [project = "", name = ""] = full.split("/");
  return { project, name, source: `/srv/${project}/processes.yaml` };
};
const shop = ["shop/api", "shop/db", "blog/db"].map(named);
const chosen = (names: string[], available = shop, groups: SelectableGroup[] = []): string[] =>
  selectProcesses(names, available, groups).map(({ project, name }) => `${project}/${name}`);
const problem = (name: string, available = shop): GhostError => {
  try {
    chosen([name], available);
  } catch (error) {
    if (error instanceof GhostError) return error;
  }
  throw new Error(`${name} was found`);
};

test("names, globs and groups choose processes, each once", () => {
  assert.equal(chosen(["api", "shop/*"]), ["shop/api", "shop/db"]);
  assert.equal(chosen(["d*"]), ["shop/db", "blog/db"]);
  assert.equal(chosen(["all"]), ["shop/api", "shop/db", "blog/db"]);
  assert.equal(chosen(["both"], shop, [{ project: "shop", name: "both", processes: ["api", "db"] }]), ["shop/api", "shop/db"]);
});

test("a project is no name, and the hint says how all of it is meant", () => {
  const error = problem("shop");
  assert.equal([error.code, error.message], ["NOT_FOUND", "cannot find shop: no process has that name"]);
  assert.is(error.hint, "shop is a project: write 'shop/*' for all that is in it");
  assert.is(problem("apo").hint, "did you mean api?");
});

test("Ghost's own is meant by its full name alone", () => {
  const withOwn = [...shop, { project: "ghost", name: "hub", own: true }];
  const groups = [{ project: "ghost", name: "both", processes: ["hub"] }];
  assert.equal(chosen(["ghost/hub"], withOwn), ["ghost/hub"]);
  assert.equal(chosen(["all"], withOwn), ["shop/api", "shop/db", "blog/db"]);
  assert.equal(chosen(["both"], withOwn, groups), []);
  assert.not(chosen(["*"], withOwn).includes("ghost/hub"));
  assert.is(problem("ghost/*", withOwn).code, "NOT_FOUND");
  assert.is(problem("hub", withOwn).hint, "Ghost's own is called ghost/hub");
  assert.equal(chosen(["hub"], [...withOwn, named("shop/hub")]), ["shop/hub"]);
  assert.match(problem("x", withOwn.slice(-1)).hint ?? "", /nothing is registered yet/);
});

test("a glob that fits nothing says so", () => {
  assert.is(problem("x*").message, "cannot find x*: nothing matches");
  assert.is(problem("shop/{x,y}").hint, "ghost list shows what is registered");
});

test("an ambiguous name names those that have it, and no more than five", () => {
  const error = problem("db");
  assert.equal([error.code, error.message], ["USAGE", "cannot tell which db is meant: shop/db and blog/db have that name"]);
  assert.equal(error.details?.candidates, [
    { name: "shop/db", source: "/srv/shop/processes.yaml" },
    { name: "blog/db", source: "/srv/blog/processes.yaml" },
  ]);
  const many = problem("db", ["a/db", "b/db", "c/db", "d/db", "e/db", "f/db", "g/db"].map(named));
  assert.match(many.message, "a/db, b/db, c/db, d/db, e/db and 2 more have that name");
  const five = problem("db", ["a/db", "b/db", "c/db", "d/db", "e/db"].map(named));
  assert.match(five.message, "a/db, b/db, c/db, d/db and e/db have that name");
});

test.run();
