// timeout: 120s
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessDetail, ProcessView } from "../../core/api/wire.ts";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

test.limit(60_000);

/** A home with one app of each of these templates, named as its template. */
async function homeWith(...templates: readonly string[]): Promise<Home> {
  const home = makeHome();
  for (const template of templates) await home.ok(["create", template, "--template", template]);
  return home;
}

const onlyCompiled = GHOST.length === 1 ? null : "needs the compiled binary";
const logOf = async (home: Home, name: string): Promise<string> => (await home.ok(["logs", name, "-n", "100"])).stdout;
const logShows = (home: Home, name: string, text: string): Promise<unknown> =>
  waitFor(async () => (await logOf(home, name)).includes(text), {
    what: `the log of ${name} to show ${text}`,
    limitMs: 20_000,
    seen: () => logOf(home, name),
  });

test.unless(onlyCompiled, "a service from a template ticks in the background, is healthy, and goes on where it was killed", async () => {
  await using home = await homeWith("service");
  await home.ok(["start", "service"]);
  await logShows(home, "service", '"ticks":2');
  const { pid, health } = (await home.ok(["status", "service", "--json"])).json<ProcessView>();
  assert.is(health, "healthy");
  process.kill(pid as number, "SIGKILL");
  await logShows(home, "service", '"ticks":5');
  assert.is((await home.ok(["status", "service", "--json"])).json<ProcessView>().restarts, 1);
});

test.unless(onlyCompiled, "a web API from a template answers on the port that Ghost chose, and stops in order", async () => {
  await using home = await homeWith("web-api");
  await home.ok(["start", "web-api"]);
  const { ports, health } = (await home.ok(["status", "web-api", "--json"])).json<ProcessDetail>();
  assert.is(health, "healthy");
  const notes = `http://127.0.0.1:${ports.web}/notes`;
  await fetch(notes, { method: "POST", body: '{"text":"milk"}' });
  assert.equal(await (await fetch(notes)).json(), [{ id: 1, text: "milk" }]);
  await home.ok(["stop", "web-api"]);
  assert.match(await logOf(home, "web-api"), "no more requests");
});

test.unless(onlyCompiled, "a worker from a template does what waited for it, and puts aside what keeps failing", async () => {
  await using home = await homeWith("worker");
  for (const to of ["ada@example.com", "nobody"])
    await home.ok(["bus", "pub", "worker:jobs", JSON.stringify({ to, text: "hello" }), "--persist"]);
  await home.ok(["start", "worker"]);
  await logShows(home, "worker", '"done"');
  await waitFor(async () => (await home.ok(["bus", "stream", "dead", "shared:channel:worker:jobs"])).stdout.includes("nobody"), {
    what: "the job that keeps failing to be a dead letter",
    limitMs: 20_000,
  });
});

test.unless(onlyCompiled, "a saga from a template places an order once, and takes back one that fails", async () => {
  await using home = await homeWith("saga");
  await home.ok(["start", "saga"]);
  await logShows(home, "saga", "one chair from shelf 7");
  const file = join(home.work, "saga", ".ghost.yaml");
  writeFileSync(file, "app: { id: saga }\nentry: app.ts\nargs: 43 none\n");
  await waitFor(async () => (await home.ok(["status", "saga", "--json"])).json<ProcessDetail>().command?.includes("none"), {
    what: "the change to be seen",
  });
  await home.ok(["start", "saga"]);
  await logShows(home, "saga", '"takenBack":["charge","reserve"]');
});

test.unless(
  onlyCompiled,
  "an app from the basic template runs in the foreground with its arguments, found by its name from any folder",
  async () => {
    await using home = await homeWith("basic");
    const { stdout } = await home.ok(["run", "basic", "--", "Ada"], { cwd: home.dir });
    assert.match(stdout, "hello, Ada");
  },
);

test.unless(onlyCompiled, "an app's tests run with ghost test, found by its name", async () => {
  await using home = await homeWith("saga");
  const { stdout, stderr } = await home.ok(["test", "saga"], { cwd: home.dir });
  assert.match(stdout + stderr, /\b0 fail\b/);
});

test.run();
