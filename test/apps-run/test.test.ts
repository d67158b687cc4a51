import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";

test("runs an app's tests with the runtime inside, and passes the exit code on", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: tested }\n");
  home.write("app.ts", "export const one: number = 1;\n");
  home.write(
    "app.test.ts",
    `import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { one } from "./app.ts";\ntest("one is one", () => assert.equal(one, Number(process.env.ONE ?? 1)));\n`,
  );
  const env = { ...home.env, PATH: "/nowhere" };
  const good = await home.ghost(["test"], { env });
  assert.is(good.code, 0, good.stderr);
  assert.match(good.stderr, "one is one");
  const bad = await home.ghost(["test"], { env: { ...env, ONE: "2" } });
  assert.is(bad.code, 1);
  assert.is((await home.ghost(["test", "app.test.ts"], { env })).code, 0);
});

test("starts no daemon, and with it nothing that was up, in this home or in one of its own; one that runs may be there", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: tested }\n");
  home.write("app.ts", "export const one: number = 1;\n");
  home.write("app.test.ts", 'import { test } from "node:test";\ntest("home", () => console.log("home", process.env.GHOST_HOME));\n');
  for (const more of [[], ["--isolated"]]) {
    const { code, stdout, stderr } = await home.ghost(["test", ...more]);
    assert.is(code, 0, stderr);
    assert.not.match(stderr, /ghost:|warning|daemon/);
    const place = /^home (.+)$/m.exec(stdout + stderr)?.[1] ?? "";
    assert.is(place === home.dir, more.length === 0);
    assert.is(existsSync(place), more.length === 0);
    assert.not.ok(existsSync(join(home.dir, "run/daemon.pid")));
  }
  await home.ok(["daemon", "start"]);
  assert.ok(existsSync(join(home.dir, "run/daemon.pid")));
  assert.is((await home.ghost(["test"])).code, 0);
});

test("says of an app without tests that there are none", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: untested }\n");
  home.write("app.ts", "export const one: number = 1;\n");
  home.write("node_modules/other/other.test.ts", "throw new Error();\n");
  const { code, stdout, stderr } = await home.ghost(["test"]);
  assert.is(code, 125);
  assert.match(stderr, /cannot test \S+: there are no tests in it\nhint: a test is a file such as app\.test\.ts/);
  assert.not.match(stdout + stderr, /bun/i);
  home.write("deep/er/app.spec.ts", "import { test } from 'node:test';\ntest('one', () => {});\n");
  assert.is((await home.ghost(["test"])).code, 0);
});

test.unless(needs("python3"), "runs the tests of a Python app with unittest", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: snake }\n");
  home.write("app.py", "ONE = 1\n");
  home.write(
    "test_app.py",
    "import unittest, app\nclass T(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(app.ONE, 1)\n",
  );
  const { code, stderr } = await home.ghost(["test"]);
  assert.is(code, 0, stderr);
  assert.match(stderr, "Ran 1 test");
  assert.match(stderr, /^test_one \(.*\.\.\. ok$/m);
  assert.not.match((await home.ok(["test", "--", "-q"])).stderr, "test_one");
});

test.unless(needs("python3"), "a Python app whose tests unittest does not find fails, and says what it looks for", async () => {
  await using home = makeHome();
  home.write("snake/.ghost.yaml", "app: { id: snake }\n");
  home.write("snake/app.py", "ONE = 1\n");
  const tests = (...more: string[]) => home.ghost(["test", "./snake", ...more]);
  const none = await tests();
  assert.is(none.code, 125);
  assert.match(none.stderr, /cannot test \S+: there are no tests in it\nhint: a test is a file such as test_app\.py/);
  home.write(
    "snake/tests/test_app.py",
    "import unittest, app\nclass T(unittest.TestCase):\n    def test_one(self): self.assertEqual(app.ONE, 1)\n",
  );
  const unseen = await tests();
  assert.is(unseen.code, 1);
  assert.match(unseen.stderr, /^no tests ran: unittest takes .* in folders that have an __init__\.py$/m);
  home.write("snake/tests/__init__.py", "");
  assert.is((await tests()).code, 0);
  home.write(
    "snake/test_two.py",
    "import unittest, app\nclass T(unittest.TestCase):\n    def test_two(self): self.assertEqual(app.ONE, 2)\n",
  );
  const bad = await tests();
  assert.is(bad.code, 1);
  assert.match(bad.stderr, /FAILED \(failures=1\)/);
  assert.is((await tests("--", "tests.test_app")).code, 0);
  assert.match((await home.ghost(["test", "snake/test_two.py"])).stderr, /Ran 1 test .*FAILED/s);
});

test.run();
