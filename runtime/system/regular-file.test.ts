import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRegularFile } from "./regular-file.ts";

const test = suite<{ folder: string }>("regular files");

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "ghost-regular-"));
});
test.after.each((context) => rmSync(context.folder, { recursive: true, force: true }));

test("a file up to the limit is read whole", ({ folder }) => {
  const path = join(folder, "file");
  for (const size of [0, 1, 64 * 1024, 100_000]) {
    writeFileSync(path, "x".repeat(size));
    const file = readRegularFile(path, 100_000);
    assert.equal([file.kind, file.kind === "read" && file.bytes.toString()], ["read", "x".repeat(size)]);
  }
  writeFileSync(path, "x".repeat(100_001));
  const file = readRegularFile(path, 100_000);
  assert.equal([file.kind, file.kind === "large" && file.atLeastBytes], ["large", 100_001]);
});

test("pipes and devices are not opened", ({ folder }) => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const path of [pipe, "/dev/zero", "/dev/null"]) assert.is(readRegularFile(path, 10).kind, "special", path);
  assert.is(readRegularFile(folder, 10).kind, "directory");
});

(process.platform === "linux" ? test : test.skip)("the limit holds for a file whose size the system gives as 0", () => {
  const file = readRegularFile("/proc/self/status", 16);
  assert.equal([file.kind, file.kind === "large" && file.atLeastBytes], ["large", 17]);
  const whole = readRegularFile("/proc/self/status", 1024 * 1024);
  assert.ok(whole.kind === "read" && whole.bytes.length > 100);
});

test.run();
