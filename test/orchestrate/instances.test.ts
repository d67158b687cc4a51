import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ActionResult, ProcessView } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { history, untilLines } from "../supervise/processes.ts";
import { declareAll, registerAll, service } from "./place.ts";

const all = async (home: Home): Promise<ProcessView[]> => (await home.ok(["list", "--json"])).json<ProcessView[]>();
const pids = async (home: Home): Promise<(number | null)[]> => (await all(home)).map(({ pid }) => pid);
/** Healthy as soon as it runs, unless BAD is set, which it only learns by another definition. */
const web = (more: object = {}) =>
  service("web", {
    command: 'sh -c "echo $GHOST_INSTANCE; exec sleep 1000"',
    executable: undefined,
    args: undefined,
    instances: 3,
    health_check: { exec: ["sh", "-c", 'test -z "$BAD"'], period: "50ms", start_grace: "500ms" },
    ...more,
  });

test("instances have numbers, logs and names of their own", async () => {
  await using home = makeHome();
  await registerAll(home, [web()]);
  await home.ok(["start", "web"]);
  assert.equal(
    (await all(home)).map(({ name, instance, status }) => `${name}:${instance} ${status}`),
    ["web:0 running", "web:1 running", "web:2 running"],
  );
  assert.equal(await untilLines(join(home.dir, "logs", "shop", "web", "out.log")), ["0"]);
  assert.equal(await untilLines(join(home.dir, "logs", "shop", "web:2", "out.log")), ["2"]);
  const before = await pids(home);
  await home.ok(["restart", "web:1"]);
  const after = await pids(home);
  assert.equal([after[0], after[2]], [before[0], before[2]]);
  assert.is.not(after[1], before[1]);
  assert.equal((await home.ok(["status", "web:1", "--json"])).json<ProcessView>().instance, 1);
  assert.is((await home.ghost(["status", "web:7"])).code, 3);
});

test("scale adds and removes instances, and another daemon keeps them", async () => {
  await using home = makeHome();
  await registerAll(home, [web()]);
  await home.ok(["start", "web"]);
  const before = await pids(home);
  await home.ok(["scale", "web", "5"]);
  assert.equal((await pids(home)).slice(0, 3), before);
  await home.ok(["daemon", "restart"]);
  assert.is((await all(home)).filter(({ status }) => status === "running").length, 5);
  await home.ok(["scale", "web", "1"]);
  assert.equal(await pids(home), before.slice(0, 1));
  await waitFor(() => before.slice(1).every((pid) => !isAlive(pid as number)), { what: "the others to be gone" });
  assert.ok(existsSync(join(home.dir, "logs", "shop", "web:2", "out.log")));
  assert.is((await home.ghost(["scale", "web", "0"])).code, 2);
  await home.ok(["register"]);
  assert.is((await all(home)).length, 3);
});

test("a reload exchanges one instance after the other, and one that does not get ready ends it", async () => {
  await using home = makeHome();
  await registerAll(home, [web()]);
  await home.ok(["start", "web"]);
  const before = await pids(home);
  await home.ok(["reload", "web"]);
  const after = await pids(home);
  assert.ok(after.every((pid, index) => pid !== null && pid !== before[index]));
  const starts = (await history(home, "web:0")).concat(await history(home, "web:1"), await history(home, "web:2"));
  const healthy = starts.filter(({ cause }) => cause.kind === "health").sort((a, b) => a.seq - b.seq);
  assert.equal(
    healthy.slice(3).map(({ instance }) => instance),
    [0, 1, 2],
  );

  // A definition that does not get ready: the first instance returns to the old one, the others were never touched.
  declareAll(home, [web({ environment: { BAD: "1" } })]);
  const { code, stdout } = await home.ghost(["register", "--json"]);
  assert.is(code, 1);
  const results = (JSON.parse(stdout) as { results: ActionResult[] }).results;
  assert.match(JSON.stringify(results), /returned to the old definition/);
  const back = await all(home);
  assert.equal([back[1]?.pid, back[2]?.pid], [after[1], after[2]]);
  assert.equal(
    back.map(({ status }) => status),
    ["running", "running", "running"],
  );
  assert.match((await home.ok(["plan"])).stdout, /web/);
});

test("what cannot be reloaded says so and is not touched", async () => {
  await using home = makeHome();
  await registerAll(home, [service("alone")]);
  await home.ok(["start", "alone"]);
  const before = await pids(home);
  const { code, stdout } = await home.ghost(["reload", "alone", "--json"]);
  assert.is(code, 1);
  assert.match(stdout, /CANNOT_RELOAD/);
  assert.equal(await pids(home), before);
});

test.run();
