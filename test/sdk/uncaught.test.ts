import { join } from "node:path";
import * as assert from "uvu/assert";
import { GHOST } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const lack = GHOST.length === 1 ? null : "needs the binary";

const IMPORT = 'import { Ghost } from "ghost-sdk";\n';
const CALL = 'await Ghost.data.set("a", 1, { expiry: "5" });\n';
/** What the SDK's code looks like, and no line that tells of a place in it. */
const CODE = /class extends Error|=>/;
const MESSAGE = /GhostError: cannot use "5" as expiry: a duration needs a unit/;

test.unless(lack, "an error of the SDK that nobody catches is told with its hint and the app's file, without the SDK's code", async () => {
  await using home = makeHome();
  const file = home.write("uncaught.ts", IMPORT + CALL);
  const { code, stderr } = await home.ghost(["run", "uncaught.ts"]);
  assert.is(code, 1);
  assert.match(stderr, MESSAGE);
  assert.match(stderr, /hint: "for example 500ms/);
  assert.not.match(stderr, CODE);
  assert.match(stderr, `at <what ${file} awaits> (ghost-sdk/index.js:`);
});

test.unless(lack, "where a function called, its line stands first, whether the error is rejected or thrown", async () => {
  await using home = makeHome();
  const rejected = `async function mine(): Promise<void> {\n  ${CALL}}\nsetTimeout(mine, 1);\n`;
  const thrown = "function mine(): void {\n  void Ghost.run(null as never);\n}\nsetTimeout(mine, 1);\n";
  for (const text of [rejected, thrown]) {
    const file = home.write("uncaught.ts", IMPORT + text);
    const { code, stderr } = await home.ghost(["run", "uncaught.ts"]);
    assert.is(code, 1);
    assert.not.match(stderr, CODE);
    assert.match(stderr, /^\s+at /m);
    assert.match(/^\s+at .*$/m.exec(stderr)?.[0] ?? "", `${file}:3:`);
  }
});

test.unless(lack, "nor does its cause bring the SDK's code", async () => {
  await using home = makeHome();
  home.write("uncaught.ts", `${IMPORT}await Ghost.init({ hub: "${join(home.dir, "nowhere.sock")}" });\n${CALL.replace('"5"', '"5m"')}`);
  const { code, stderr } = await home.ghost(["run", "uncaught.ts"]);
  assert.is(code, 1);
  assert.match(stderr, /GhostError: cannot reach the hub/);
  assert.match(stderr, /ENOENT/);
  assert.not.match(stderr, CODE);
});

test.unless(lack, "so it is in the log of an app in the background", async () => {
  await using home = makeHome();
  home.write("hand/app.ts", IMPORT + CALL);
  home.write("hand/.ghost.yaml", "app: { id: hand }\nrestart: false\n");
  await home.ok(["register", home.write("processes.yaml", "processes: [{ name: hand, app: ./hand }]\n")]);
  await home.ghost(["start", "hand"]);
  await waitFor(async () => MESSAGE.test((await home.ok(["logs", "hand"])).stdout), { what: "the error in the log" });
  assert.not.match((await home.ok(["logs", "hand"])).stdout, CODE);
});

test.unless(lack, "a handler of the app's own gets the error as it was thrown, and the app goes on", async () => {
  await using home = makeHome();
  for (const event of ["unhandledRejection", "uncaughtException"]) {
    const call = event === "uncaughtException" ? CALL : `setTimeout(async () => {\n  ${CALL}}, 1);\n`;
    home.write("caught.ts", `${IMPORT}process.on("${event}", (error: any) => console.log("told", error.code, error.stack));\n${call}`);
    const { code, stdout, stderr } = await home.ghost(["run", "caught.ts"]);
    assert.is(code, 0, stderr);
    assert.match(stdout, /told USAGE GhostError: cannot use "5"/);
    assert.match(stdout, /\/ghost-sdk\/index\.js:1:/);
    assert.not.match(stdout, / \(?ghost-sdk\//);
  }
});

test.run();
