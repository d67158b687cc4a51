import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessDetail } from "../../core/api/wire.ts";
import { GHOST, run } from "../rig/ghost.ts";
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
  // It is healthy only when it answers.
  assert.is(await ask("Ada"), "hello Ada");
  await begun(1);
  await home.ok(["restart", "greeter"]);
  await begun(2);
  assert.is(await ask("Ada"), "hello Ada, for the 2. time");
  const rows = await home.ok(["data", "query", "SELECT times FROM greetings", "--namespace", "greeter", "--json"]);
  assert.is(rows.stdout, '{"times":2}\n');
  await home.ok(["stop", "greeter"]);
  assert.match(await logs(), '"message": "stops"');
});

test.unless(PYTHON, "a Python app that waits for work beats, and ^C ends it with 130 and without a traceback", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await home.ok(["create", "waiter", "--template", "python"]);
  home.write(
    "waiter/app.py",
    `import ghost
app = ghost.connect()
app.keep_beating()
try:
    app.info("waits")
    for order in app.consume("orders", "billing"):
        order.ack()
finally:
    app.info("leaves")
`,
  );
  // It is ready with its first beat.
  assert.ok((await home.ok(["start", "waiter"])).tookMs < 10_000);
  assert.is((await home.ok(["status", "waiter", "--json"])).json<ProcessDetail>().health, "healthy");
  await home.ok(["stop", "waiter"]);
  const [file = "", ...words] = [...GHOST, "run", "waiter"];
  const child = spawn(file, words, { cwd: home.work, env: home.env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (said += bytes));
  const ended = once(child, "close");
  await waitFor(() => said.includes("waits"), { what: "the app to wait", seen: () => said });
  child.kill("SIGINT");
  assert.is((await ended)[0], 130);
  assert.match(said, '"message": "leaves"');
  assert.not.match(said, "Traceback");
});

test.run();
