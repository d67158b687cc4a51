import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inodeOf, numbersUpward, rotateFiles } from "./file-set.ts";

/** An empty folder that is removed at the end. */
function makeFolder() {
  const path = mkdtempSync(join(tmpdir(), "ghost-file-set-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

test("whoever looks upward misses no file, however often they rotate meanwhile", () => {
  using folder = makeFolder();
  const file = join(folder.path, "out.log");
  const inodes = [0, 1, 2].map((number) => {
    writeFileSync(number === 0 ? file : `${file}.${number}`, "a line\n");
    return inodeOf(file, number);
  });
  const met = new Set<number | undefined>();
  let looks = 0;
  for (const number of numbersUpward(file)) {
    met.add(inodeOf(file, number));
    // The oldest file is so beyond what was the highest number when the look began.
    if (looks++ < 4) rotateFiles(file, 100);
    if (looks <= 4) writeFileSync(file, "newer\n");
  }
  assert.ok(looks > 4);
  assert.equal(
    inodes.filter((inode) => !met.has(inode)),
    [],
  );
});

test("a look upward from a number ends one beyond the highest", () => {
  using folder = makeFolder();
  const file = join(folder.path, "out.log");
  assert.equal([...numbersUpward(file)], [0]);
  for (const name of ["out.log", "out.log.1", "out.log.7.gz", "out.log.9.idx"]) writeFileSync(join(folder.path, name), "");
  assert.equal([...numbersUpward(file, 6)], [6, 7, 8]);
});

test.run();
