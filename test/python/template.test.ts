import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessDetail } from "../../core/api/wire.ts";
import { run } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const PYTHON = needs("python3");

test.unless(PYTHON, "the tests of a new Python app pass without a hub", async () => {
  await using home = makeHome();
  await home.ok(["create", "greeter", "--template", "python"]);
  const { code, stderr } = await run(["python3", "-m", "unittest"], { cwd: join(home.work, "greeter"), env: home.env });
  assert.is(code, 0, stderr);
  assert.match(stderr, /Ran 4 tests[\s\S]*OK/);
});

test.unless(PYTHON, "a new Python app beats and answers under Ghost, remembers over restarts, and stops when it is told", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await home.ok(["create", "greeter", "--template", "python"]);
  await home.ok(["start", "greeter"]);
  const view = async () => (await home.ok(["status", "greeter", "--json"])).json<ProcessDetail>();
  const ask = async (name: string) => (await home.ok(["bus", "request", "greeter:greet", name, "--json"])).json<{ data: unknown }>().data;
  const logs = async () => (await home.ghost(["logs", "greeter"])).stdout;
  const begun = (times: number) =>
    waitFor(async () => (await logs()).split('"answers requests"').length > times && (await view()).health === "healthy", {
      what: "the app to be ready",
      seen: async () => [await logs(), (await view()).why],
    });
  await begun(1);
  assert.is(await ask("Ada"), "hello Ada");
  await home.ok(["restart", "greeter"]);
  await begun(2);
  assert.is(await ask("Ada"), "hello Ada, for the 2. time");
  const rows = await home.ok(["data", "query", "SELECT times FROM greetings", "--namespace", "greeter", "--json"]);
  assert.is(rows.stdout, '{"times":2}\n');
  await home.ok(["stop", "greeter"]);
  assert.match(await logs(), '"message": "stops"');
});

test.run();
