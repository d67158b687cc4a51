import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../rig/ghost.ts";
import { violationsIn } from "./rules.ts";

const breaks: readonly (readonly [string, string, string])[] = [
  ["core/a.ts", 'import { readFileSync } from "node:fs";', "core imports node"],
  ["core/a.ts", 'import fs from "fs";', "core imports node without its prefix"],
  ["core/a.ts", 'export * from "../runtime/system/version.ts";', "core reaches up to runtime"],
  ["core/a.ts", 'const x = await import("../cli/main.ts");', "core loads cli"],
  ["core/a.ts", "const now = Date.now();", "core has a clock"],
  ["core/a.ts", "const luck = Math.random();", "core has randomness"],
  ["runtime/daemon/a.ts", 'import { x } from "../../cli/main.ts";', "runtime reaches up to cli"],
  ["runtime/daemon/a.ts", 'import { spawn } from "node:child_process";', "daemon spawns"],
  ["runtime/daemon/a.ts", "process.kill(pid, 0);", "daemon signals"],
  ["cli/commands/a.ts", 'Bun.spawn(["x"]);', "a command spawns"],
  ["runtime/logs/a.ts", 'createRequire("/")("bun:ffi");', "a second door to libc"],
  ["cli/commands/a.ts", "process.exit(1);", "a command ends the program"],
  ["runtime/daemon/a.ts", "process.exitCode = 1;", "the daemon sets an exit code"],
  ["cli/commands/a.ts", 'import { x } from "../../test/rig/home.ts";', "the product imports its tests"],
  ["runtime/system/utils.ts", "", "a file named utils"],
  ["test/rig/helpers.ts", "", "a test file named helpers"],
];

for (const [path, text, what] of breaks) test(`refused: ${what}`, () => assert.is(violationsIn(path, text).length, 1));

const fine: readonly (readonly [string, string])[] = [
  ["core/a.ts", 'import { parse } from "yaml";\nimport { x } from "./b.ts";'],
  ["core/a.ts", '// import fs from "node:fs" would be wrong, so would Date.now()\n/* process.exit(1) */'],
  ["runtime/process/spawn.ts", 'import { spawn } from "node:child_process";\nprocess.kill(1, 0);'],
  ["cli/main.ts", 'import { x } from "../runtime/a.ts";\nprocess.exit(0);'],
  ["core/a.test.ts", 'import { readFileSync } from "node:fs";'],
];

for (const [path, text] of fine) test(`allowed in ${path}: ${text.split("\n")[0]}`, () => assert.equal(violationsIn(path, text), []));

test("a violation says where it is", () => {
  assert.equal(
    violationsIn("core/a.ts", '\n\nimport "node:fs";').map(({ path, line }) => [path, line]),
    [["core/a.ts", 3]],
  );
});

test("the check ends with an error where a rule is broken", () => {
  const copy = mkdtempSync(join(tmpdir(), "layers"));
  for (const part of ["test/layers.ts", "test/layers", "test/rig"]) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  mkdirSync(join(copy, "core"));
  writeFileSync(join(copy, "core/bad.ts"), 'import "node:fs";\n');
  const { status, stderr } = spawnSync(process.execPath, ["test/layers.ts"], { cwd: copy, encoding: "utf8" });
  rmSync(copy, { recursive: true });
  assert.is(status, 1);
  assert.is(stderr, "core/bad.ts:1: imports node:fs: core does no I/O\n");
});

test.run();
