import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { namespaceFile, namespaceProblem } from "./namespace.ts";

test("names that could lead anywhere else, or to Ghost's own files, are no namespaces", () => {
  for (const good of ["shop", "Shop_2", "a-b", "-", "x".repeat(64), "all", "default"]) assert.is(namespaceProblem(good), null, good);
  for (const bad of ["", ".", "..", "../x", "a/b", "a\\b", "a.b", "a b", "ä", "a\0", "a\n", "x".repeat(65), "state", "STATE", "hub", "Hub"])
    assert.type(namespaceProblem(bad), "string", bad);
});

test("two namespaces cannot differ in capitals only", () => {
  const folder = mkdtempSync(join(tmpdir(), "gn-"));
  assert.is(namespaceFile(folder, "Shop"), join(folder, "Shop.db"));
  writeFileSync(join(folder, "shop.db"), "");
  assert.is(namespaceFile(folder, "shop"), join(folder, "shop.db"));
  assert.throws(() => namespaceFile(folder, "Shop"), /shop\.db/);
  assert.is(namespaceFile(join(folder, "not there"), "Shop"), join(folder, "not there", "Shop.db"));
  rmSync(folder, { recursive: true });
});

test.run();
