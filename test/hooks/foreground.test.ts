import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inForeground } from "../cli/foreground.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { history } from "../supervise/processes.ts";

const TESTS = `import assert from "node:assert/strict";\nimport { test } from "node:test";\ntest("is red", () => assert.equal(1, 2));\n`;

/** An app of the home, known by its name. */
function app(home: Home, files: Readonly<Record<string, string>>): void {
  const folder = join(home.dir, "ghosts", "web");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

test("neither a run in the foreground nor a red test runs the commands of `on`, also where the app is registered; its next end in the background does", async () => {
  await using home = makeHome();
  const told = join(home.work, "told");
  app(home, {
    ".ghost.yaml": `app: { id: web }\nrestart: false\non: { failed: "echo $GHOST_EVENT >> ${told}" }\n`,
    "app.js": "process.exit(3);\n",
    "app.test.ts": TESTS,
  });
  assert.is((await home.ghost(["run", "web"])).code, 3);
  assert.is((await home.ghost(["test", "web"])).code, 1);
  const ends = async () => (await history(home, "web")).filter(({ to }) => to === "failed").length;
  await waitFor(async () => (await ends()) === 1, { what: "the run's end in the history" });
  await home.ghost(["start", "web"]);
  await waitFor(() => existsSync(told), { what: "the command of `on`" });
  assert.is(readFileSync(told, "utf8"), "failed\n");
  assert.is(await ends(), 2);
});

test("tests of an app are no part of its history; a run in the foreground is told by whose it was", async () => {
  await using home = makeHome();
  app(home, { ".ghost.yaml": "app: { id: web }\nrestart: false\n", "app.js": "process.exit(3);\n", "app.test.ts": TESTS });
  await home.ok(["daemon", "start"]);
  await waitFor(async () => (await home.ok(["list", "--quiet"])).stdout !== "", { what: "the app to be known" });
  const before = (await history(home, "web")).length;
  assert.is((await home.ghost(["test", "web"])).code, 1);
  assert.is((await home.ghost(["run", "web"])).code, 3);
  const after = async () => (await history(home, "web")).slice(before);
  await waitFor(async () => (await after()).some(({ to }) => to === "failed"), { what: "the run's end in the history" });
  for (const { cause } of await after()) assert.match(String(cause.facts?.by), /^ghost run \(pid \d+\)$/);
  const { stdout } = await home.ok(["why", "web"]);
  assert.match(stdout, /exited with code 3 .*by ghost run \(pid \d+\)/);
  assert.not.match(stdout, "ghost test");
});

test("a run in the foreground says that the app runs already, and the list shows both", async () => {
  await using home = makeHome();
  app(home, { ".ghost.yaml": "app: { id: web }\n", "app.js": 'console.log("ready", process.pid);\nsetInterval(() => {}, 1000);\n' });
  await home.ok(["start", "web"]);
  const pid = (await home.ok(["list", "--json"])).json<{ pid: number }[]>()[0]?.pid;
  await using session = inForeground(["run", "web"], { cwd: home.work, env: home.env });
  await session.said(new RegExp(`warning: web runs already \\(pid ${pid}\\): what they keep`));
  await session.said(/ready \d+/);
  const own = /ready (\d+)/.exec(session.out())?.[1];
  const rows = async () => (await home.ok(["list", "web"])).stdout.split("\n").filter((line) => line.startsWith("web"));
  await waitFor(async () => (await rows()).length === 2, { what: "both in the list" });
  assert.equal(
    (await rows()).map((line) => line.split(/ +/)[2]),
    [String(pid), own],
  );
  await session.end("SIGTERM");
});

test.run();
