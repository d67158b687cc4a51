import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { ROOT, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { CLIENT } from "./python.ts";

const PYTHON = needs("python3");

/** An app `greeter` as `ghost create` makes it, with the client beside it. */
function makeApp(home: Home): void {
  cpSync(join(ROOT, "templates/apps/python"), home.work, { recursive: true });
  for (const file of readdirSync(home.work, { withFileTypes: true })) {
    if (!file.isFile()) continue;
    const text = readFileSync(join(home.work, file.name), "utf8");
    writeFileSync(join(home.work, file.name), text.replaceAll("{{name}}", "greeter").replaceAll("{{description}}", "Greets"));
  }
  copyFileSync(join(CLIENT, "ghost.py"), join(home.work, "ghost.py"));
}

test.unless(PYTHON, "the tests of a new Python app pass without a hub", async () => {
  await using home = makeHome();
  makeApp(home);
  const { code, stderr } = await run(["python3", "-m", "unittest"], { cwd: home.work, env: home.env });
  assert.is(code, 0, stderr);
  assert.match(stderr, /Ran 4 tests[\s\S]*OK/);
});

test.unless(PYTHON, "a new Python app answers requests under Ghost, remembers over restarts, and stops when it is told", async () => {
  await using home = makeHome();
  makeApp(home);
  await home.ok(["hub", "start"]);
  await home.ok(["start", "app.py", "--name", "greeter"]);
  const ask = async (name: string) => (await home.ok(["bus", "request", "greeter:greet", name, "--json"])).json<{ data: unknown }>().data;
  const logs = async () => (await home.ghost(["logs", "greeter"])).stdout;
  const begun = (times: number) =>
    waitFor(async () => (await logs()).split('"answers requests"').length > times, { what: "the app to be ready", seen: logs });
  await begun(1);
  assert.is(await ask("Ada"), "hello Ada");
  await home.ok(["restart", "greeter"]);
  await begun(2);
  assert.is(await ask("Ada"), "hello Ada, for the 2. time");
  await home.ok(["stop", "greeter"]);
  assert.match(await logs(), '"message": "stops"');
});

test.run();
