import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { linkApp, makeApp } from "../apps/apps-rig.ts";
import { inForeground } from "../cli/foreground.ts";
import { connectHub, hubSocket } from "../hub/asking.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

/** A program that does not speak for itself: the test beats in its place. */
const SILENT = `import { writeFileSync } from "node:fs";
const { GHOST_PROCESS, GHOST_TOKEN } = process.env;
writeFileSync(new URL("./run-" + process.pid, import.meta.url), GHOST_PROCESS + " " + GHOST_TOKEN);
setInterval(() => {}, 1000);
`;

/** Links an app that is silent, and gives its folder. */
function silent(home: Home, file: string): string {
  const folder = makeApp(home, "twin", { ".ghost.yaml": `type: service\n${file}\n`, "app.js": SILENT });
  linkApp(home, folder, "twin");
  return folder;
}

/** What runs under a name, the one in the background first. */
async function both(home: Home, name: string): Promise<ProcessView[]> {
  const views = (await home.ok(["list", name, "--json"])).json<ProcessView[]>();
  return views.sort((a, b) => Number(a.foreground) - Number(b.foreground));
}

const healths = async (home: Home, name = "twin"): Promise<string> => (await both(home, name)).map(({ health }) => health).join();

test("a beat counts for the run that it names, in the foreground beside one in the background; one that names none for both", async () => {
  await using home = makeHome();
  const folder = silent(home, "health_check: { heartbeat: 10s, period: 100ms, start_grace: 1m }");
  await home.ok(["start", "twin", "--no-wait"]);
  await home.ok(["hub", "start"]);
  await using _session = inForeground(["run", "twin"], { cwd: home.work, env: home.env });
  await waitFor(async () => (await healths(home)) === "unknown,unknown", { what: "both of them" });
  await waitFor(() => readdirSync(folder).filter((name) => name.startsWith("run-")).length === 2, { what: "both tokens" });
  const pid = (await both(home, "twin"))[1]?.pid;
  const [run, token = ""] = readFileSync(join(folder, `run-${pid}`), "latin1").split(" ");
  using hub = await connectHub(hubSocket(home));
  await hub.ask("AUTH", token);
  await hub.ask("GHOST.BEAT", JSON.stringify({ ready: true, run: "another" }));
  await hub.ask("GHOST.BEAT", JSON.stringify({ ready: true, run }));
  await waitFor(async () => (await healths(home)) !== "unknown,unknown", { what: "the beat" });
  assert.is(await healths(home), "unknown,healthy");
  await hub.ask("GHOST.BEAT", JSON.stringify({ ready: true }));
  await waitFor(async () => (await healths(home)) === "healthy,healthy", { what: "a beat for both" });
});

test("one that its health check restarts says so on the terminal, and that it is given up", async () => {
  await using home = makeHome();
  const check = "health_check: { heartbeat: 10s, period: 50ms, start_grace: 200ms, restart: true }";
  silent(home, `${check}\nrestart: { max_restarts: 1, delay: 10ms }`);
  await using session = inForeground(["run", "twin"], { cwd: home.work, env: home.env });
  await session.ended;
  const told = session.text().match(/^ghost: twin .*$/gm) ?? [];
  const restarts = "ghost: twin is unhealthy: not healthy within 200ms of its start; nothing has answered; restarts";
  assert.equal(told.slice(0, 2), [restarts, restarts]);
  assert.match(told[2] ?? "", /gave up after 1 restart within/);
});

for (const template of ["service", "python"]) {
  const reason = template === "python" ? needs("python3") : null;
  test.unless(reason, `an app of the template ${template} is healthy in the foreground and in the background at once`, async () => {
    await using home = makeHome();
    await home.ok(["create", "svc", "--template", template, "--quiet"]);
    const file = join(home.work, "svc", ".ghost.yaml");
    const check = "health_check: { heartbeat: 10s, period: 100ms, start_grace: 20s, restart: true }\n";
    writeFileSync(file, readFileSync(file, "utf8").replace(/^health_check:\n(?: .*\n)+/m, check));
    await home.ok(["start", "svc"]);
    await using session = inForeground(["run", "svc"], { cwd: home.work, env: home.env });
    await waitFor(async () => (await healths(home, "svc")) === "healthy,healthy", { what: "both", seen: () => session.text() });
    await session.end("SIGTERM");
  });
}

test("after a restart of the daemon WHY is of the one in the background, whatever came of the one in the foreground", async () => {
  await using home = makeHome();
  const ends = "setInterval(() => {}, 1000);\nif (process.env.ENDS) process.exit(0);\n";
  linkApp(home, makeApp(home, "job", { ".ghost.yaml": "type: service\nrestart: never\n", "app.js": ends }), "job");
  await home.ok(["start", "job"]);
  const [before] = await both(home, "job");
  await home.ok(["run", "job"], { env: { ...home.env, ENDS: "1" } });
  assert.match((await home.ok(["why", "job"])).stdout, /exited with code 0/);
  await home.ok(["daemon", "restart"]);
  const [after] = await both(home, "job");
  assert.equal([after?.pid, after?.why], [before?.pid, before?.why]);
});

test.run();
