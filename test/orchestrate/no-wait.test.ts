/** `--no-wait` answers at once, and changes nothing of how it is done: instance by instance, and with the return to the old definition. */
import * as assert from "uvu/assert";
import type { ActionResult, HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import { startForeground } from "../boot/foreground.ts";
import { processes, systemOf } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { declareAll, registerAll, service } from "./place.ts";

const INSTANCES = [0, 1, 2];
/** Healthy as soon as it runs, unless BAD is set, which it only learns by another definition. */
const web = (more: object = {}) =>
  service("web", {
    executable: "sleep",
    args: ["1000"],
    instances: INSTANCES.length,
    health_check: { exec: ["sh", "-c", 'test -z "$BAD"'], period: "50ms", start_grace: "500ms" },
    ...more,
  });
const all = async (home: Home): Promise<ProcessView[]> =>
  (await home.ok(["list", "web", "--json"])).json<ProcessView[]>().sort((a, b) => a.instance - b.instance);
const pids = async (home: Home): Promise<(number | null)[]> => (await all(home)).map(({ pid }) => pid);

/** What happened to all instances since `seq`, oldest first. */
async function since(home: Home, seq: number): Promise<HistoryEntry[]> {
  const entries = (await home.ok(["why", "web", "-n", "200", "--json"])).json<HistoryEntry[]>();
  return entries.filter((entry) => entry.seq > seq).sort((a, b) => a.seq - b.seq);
}

const newest = async (home: Home): Promise<number> => Math.max(...(await since(home, 0)).map(({ seq }) => seq));

async function untilEntry(home: Home, kind: string, count: number, seq: number): Promise<HistoryEntry[]> {
  const seen = () => since(home, seq);
  await waitFor(async () => (await seen()).filter(({ cause }) => cause.kind === kind).length >= count, {
    what: `${count} × ${kind}`,
    seen,
  });
  return seen();
}

test("a reload that nobody waits for takes one instance after the other", async () => {
  await using home = makeHome();
  await registerAll(home, [web()]);
  await home.ok(["start", "web"]);
  const seq = await newest(home);
  const before = await pids(home);
  await home.ok(["reload", "web", "--no-wait"]);
  const entries = await untilEntry(home, "health", INSTANCES.length, seq);
  const steps = entries.filter(({ cause }) => cause.kind === "reload" || cause.kind === "health");
  const order = steps.filter(({ to }) => to !== "stopped").map(({ cause, instance }) => `${cause.kind} ${instance}`);
  assert.equal([...new Set(order)], ["reload 0", "health 0", "reload 1", "health 1", "reload 2", "health 2"]);
  assert.ok((await pids(home)).every((pid, index) => pid !== null && pid !== before[index]));
});

test("a definition that does not get ready is given up after the answer, too", async () => {
  await using home = makeHome();
  await registerAll(home, [web()]);
  await home.ok(["start", "web"]);
  const seq = await newest(home);
  const before = await pids(home);
  declareAll(home, [web({ environment: { BAD: "1" } })]);
  const { results } = (await home.ok(["register", "--no-wait", "--json"])).json<{ results: ActionResult[] }>();
  assert.equal(
    results.map(({ ok }) => ok),
    [true, true, true],
  );
  const entries = await untilEntry(home, "definition-returned", 1, seq);
  assert.ok(entries.some(({ cause }) => cause.kind === "reload-failed" && /web:1 was not reloaded/.test(cause.text)));
  await waitFor(async () => (await all(home)).every(({ health }) => health === "healthy"), { what: "all to be healthy again" });
  assert.equal((await pids(home)).slice(1), before.slice(1));
});

test("so is a file of a folder of manifests that changed while the daemon was renewed, and that is told", async () => {
  await using home = makeHome({ expectLeftovers: true });
  const write = (bad: string): string =>
    home.write(
      "etc/web.yaml",
      `project: shop
processes:
  - name: web
    command: sleep 1000
    instances: 3
    restart: { policy: on-failure, delay: 20ms }
    environment: { BAD: "${bad}" }
    health_check: { exec: [sh, -c, 'test -z "$BAD"'], period: 50ms, start_grace: 500ms }
`,
    );
  write("");
  const first = await startForeground(home, ["--manifests", "etc"]);
  await waitFor(
    async () => Object.keys(await processes(home)).length > 0 && (await all(home)).every(({ health }) => health === "healthy"),
    {
      what: "all to be healthy",
    },
  );
  const seq = await newest(home);
  const before = await pids(home);
  first.child.kill("SIGKILL");
  await first.exit;
  write("1");
  const second = await startForeground(home, ["--manifests", "etc"]);
  await untilEntry(home, "definition-returned", 1, seq);
  await waitFor(async () => (await all(home)).every(({ health }) => health === "healthy"), { what: "all to be healthy again" });
  assert.equal((await pids(home)).slice(1), before.slice(1));
  assert.match((await systemOf(home)).warnings.join("\n"), /web\.yaml: .*web:0/);
  second.child.kill("SIGTERM");
  await second.exit;
});

test.run();
