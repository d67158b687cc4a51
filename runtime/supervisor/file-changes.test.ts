import { test } from "uvu";
import * as assert from "uvu/assert";
import { FileChanges } from "./file-changes.ts";

const there =
  (...files: readonly string[]) =>
  (file: string): boolean =>
    files.includes(file);

test("a file that is written beside and put in place is one change, named by what remains", () => {
  const changes = new FileChanges();
  assert.ok(changes.note("add", "/sedX"));
  assert.ok(changes.note("change", "/app.ts"));
  assert.is(changes.take(there("/app.ts")), "/app.ts");
  assert.not.ok(changes.note("unlink", "/sedX"), "its end is told later, and is nothing new");
  assert.is(changes.take(there("/app.ts")), null);
});

test("one that takes long is told while it is written, but its end is nothing new after what took its place", () => {
  const changes = new FileChanges();
  changes.note("add", "/sedX");
  assert.is(changes.take(there("/app.ts", "/sedX")), "/sedX");
  changes.note("change", "/app.ts");
  assert.is(changes.take(there("/app.ts")), "/app.ts");
  assert.not.ok(changes.note("unlink", "/sedX"));
});

test("what only came and went is no change; what was there and went is one", () => {
  const changes = new FileChanges();
  changes.note("add", "/new");
  assert.is(changes.take(there()), null);
  changes.note("add", "/new");
  changes.note("unlink", "/new");
  assert.is(changes.take(there()), null);
  changes.note("unlink", "/old");
  assert.is(changes.take(there()), "/old");
  changes.note("add", "/kept");
  assert.is(changes.take(there("/kept")), "/kept");
  assert.ok(changes.note("unlink", "/kept"));
  assert.is(changes.take(there()), "/kept");
});

test("a new file is waited for a little longer than another change", () => {
  const changes = new FileChanges();
  changes.note("add", "/new");
  assert.is(changes.pauseMs(30), 100);
  assert.is(changes.pauseMs(500), 500);
  changes.note("change", "/app.ts");
  assert.is(changes.pauseMs(30), 30);
});

test.run();
