import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { replaceFolder } from "./replace-folder.ts";

const FILES = { "index.js": "new", "parts/a.js": "new" };

/** A folder with a folder `sdk` in it, gone at the end of `using`. */
function makeOld(): Disposable & { readonly root: string; readonly path: string } {
  const root = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? tmpdir(), "gr-"));
  mkdirSync(join(root, "sdk"));
  for (const name of ["index.js", "gone.js"]) writeFileSync(join(root, "sdk", name), "old");
  return { root, path: join(root, "sdk"), [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

const filesIn = (path: string) => (readdirSync(path, { recursive: true }) as string[]).sort();

for (const ffi of ["with", "without"])
  test(`a folder becomes another one, ${ffi} the C library`, () => {
    using old = makeOld();
    if (ffi === "without") process.env.GHOST_NO_FFI = "1";
    try {
      replaceFolder(old.path, FILES);
    } finally {
      delete process.env.GHOST_NO_FFI;
    }
    assert.equal(filesIn(old.path), ["index.js", "parts", "parts/a.js"]);
    assert.is(readFileSync(join(old.path, "index.js"), "utf8"), "new");
    assert.equal(readdirSync(old.root), ["sdk"]);
  });

test("one that is not there is made", () => {
  using old = makeOld();
  rmSync(old.path, { recursive: true });
  replaceFolder(old.path, FILES);
  assert.equal(filesIn(old.path), ["index.js", "parts", "parts/a.js"]);
});

test("what cannot be written leaves the old one as it was", () => {
  using old = makeOld();
  assert.throws(() => replaceFolder(old.path, { ...FILES, "index.js/below": "new" }));
  assert.equal(filesIn(old.path), ["gone.js", "index.js"]);
  assert.equal(readdirSync(old.root), ["sdk"]);
});

test("what a replacement that was killed left is taken away", () => {
  using old = makeOld();
  for (const left of [".sdk.new.tmp", ".sdk.old.tmp"]) mkdirSync(join(old.root, left));
  writeFileSync(join(old.root, ".sdk.new.tmp/index.js"), "half");
  replaceFolder(old.path, FILES);
  assert.equal(readdirSync(old.root), ["sdk"]);
});

test.run();
