import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as assert from "uvu/assert";
import { ROOT } from "../rig/ghost.ts";
import { test } from "../rig/test.ts";
import { readHeader } from "./files.ts";
import { closingLine } from "./report.ts";
import { type FileResult, runFile } from "./run-file.ts";

test("a file that passes is counted", async () => {
  const { passed, failed, skipped } = await runText(`test("one", () => {}); test.skip("two", () => {}); test.run();`);
  assert.equal([passed, failed, skipped], [1, [], [{ event: "skipped", test: "two", reason: "marked as skipped" }]]);
});

test("a failing test is named with its message", async () => {
  const { passed, failed } = await runText(`test("good", () => {}); test("bad", () => { throw new Error("no luck"); }); test.run();`);
  assert.equal([passed, names(failed), failed[0]?.message], [1, ["bad"], "no luck"]);
});

test("a test that waits for ever is named, and the file ended", async () => {
  const { passed, failed, tookMs } = await runText(
    `test("fine", () => {}); test("waits", () => new Promise((r) => setTimeout(r, 1e6))); test.run();`,
    1_000,
  );
  assert.equal([passed, names(failed)], [1, ["waits"]]);
  assert.match(failed[0]?.message ?? "", /hung: .* limit of 1 s/);
  assert.ok(tookMs < 5_000);
});

test("a test that blocks the whole process is named", async () => {
  assert.equal(names((await runText(`test("spins", () => { for (;;); }); test.run();`, 1_000)).failed), ["spins"]);
});

test("a test that outlives its own limit fails by name, and the others still run", async () => {
  const { passed, failed } = await runText(
    `test.limit(100); test("slow", () => new Promise((r) => setTimeout(r, 500))); test("next", () => {}); test.run();`,
  );
  assert.equal([passed, names(failed), failed[0]?.message], [1, ["slow"], 'the test "slow" did not end within 100 ms']);
});

test("a promise that nobody settles fails the test in which the process ended", async () => {
  const { failed } = await runText(`test.limit(2 ** 31 - 1); test("forgotten", () => { process.exit(0); }); test.run();`);
  assert.equal(names(failed), ["forgotten"]);
});

test("a file without tests, or that forgets to run them, fails", async () => {
  assert.is((await runText("")).failed[0]?.message, "has no tests");
  assert.match((await runText(`test("never", () => {});`)).failed[0]?.message ?? "", /is test.run\(\) missing/);
});

test("a file that cannot be loaded fails and shows why", async () => {
  const { failed, output } = await runText(`throw new Error("broken file");`);
  assert.is(failed.length, 1);
  assert.match(output, /broken file/);
});

test("a process left behind is a failure, and is ended", async () => {
  const { failed } = await runText(
    `test("leaves", () => { require("node:child_process").spawn("sleep", ["1000"], { detached: true, stdio: "ignore" }).unref(); }); test.run();`,
  );
  assert.match(failed[0]?.message ?? "", /left a process behind: \d+ sleep 1000/);
});

test("header comments ask for more time or to run alone", () => {
  assert.equal(readHeader("// timeout: 120s\n// serial\nimport x"), { serial: true, limitMs: 120_000 });
  assert.equal(readHeader("import x"), { serial: false, limitMs: 60_000 });
});

test("the closing line counts everything", () => {
  const result = { name: "", tookMs: 0, output: "", passed: 2, failed: [{ test: "a", message: "b" }], skipped: [] };
  assert.is(closingLine([result, result]), "4 passed, 2 failed");
  assert.is(closingLine([{ ...result, skipped: [{ test: "c", reason: "d" }] }]), "2 passed, 1 failed");
});

test.run();

async function runText(body: string, limitMs = 20_000): Promise<FileResult> {
  const folder = mkdtempSync(join(tmpdir(), "rf"));
  const path = join(folder, "a.ts");
  writeFileSync(path, `import { test } from "uvu";\n${body}\n`);
  try {
    return await runFile({ path: relative(ROOT, path), serial: false, limitMs }, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function names(failed: FileResult["failed"]): string[] {
  return failed.map(({ test: name }) => name);
}
