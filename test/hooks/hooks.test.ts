import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { killDaemon, untilBack } from "../daemon/daemons.ts";
import { ask } from "../http/requests.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { daemonPid, declare, history, launch, untilLines, untilStatus } from "../supervise/processes.ts";

interface Told {
  readonly event: string;
  readonly project: string;
  readonly name: string;
  readonly instance: number;
  readonly status: string;
  readonly why: string;
  readonly cause: HistoryEntry["cause"];
  readonly exitCode: number | null;
  readonly restarts: number;
  readonly lastLines: string[];
  readonly home: string;
  readonly node: string;
  readonly host: string;
  readonly time: string;
}

/** The messages that hooks wrote into a file, in order. */
function toldIn(path: string): Told[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);
}

const events = (told: readonly Told[]): string[] => told.map(({ event }) => event);

async function untilTold(path: string, count: number, limitMs = 10_000): Promise<Told[]> {
  await waitFor(() => toldIn(path).length >= count, { what: `${count} messages in ${path}`, limitMs, seen: () => events(toldIn(path)) });
  return toldIn(path);
}

async function untilHookFailed(home: Home, name: string): Promise<HistoryEntry> {
  const found = async () => (await history(home, name)).find(({ cause }) => cause.kind === "hook-failed");
  return (await waitFor(found, { what: "a failed hook in the history", limitMs: 15_000 })) as HistoryEntry;
}

test("a hook gets all that is known as JSON, in the folder and environment of its process, secrets masked", async () => {
  await using home = makeHome();
  home.write("service/x", "");
  await launch(home, {
    name: "api",
    command: 'sh -c "echo starting; echo using $API_TOKEN >&2; echo no database >&2; exit 3"',
    working_directory: "service",
    environment: { API_TOKEN: "hush-hush-hush", COLOUR: "blue" },
    restart: { policy: "on-failure", delay: "5ms", max_restarts: 1 },
    on: { failed: "cat >> ../told; echo $COLOUR $API_TOKEN $GHOST_EVENT $(printenv GHOST_PROCESS || echo none) $PWD >> ../surroundings" },
  });
  const [told] = await untilTold(join(home.work, "told"), 1);
  const { event, project, name, instance, status, exitCode, restarts, cause } = told as Told;
  assert.equal(
    { event, project, name, instance, status, exitCode, restarts },
    {
      event: "failed",
      project: "shop",
      name: "api",
      instance: 0,
      status: "failed",
      exitCode: 3,
      restarts: 1,
    },
  );
  assert.is(told?.home, home.dir);
  assert.is(cause.text, told?.why);
  assert.match(told?.why ?? "", /code 3/);
  assert.equal(told?.lastLines.slice(-2), ["using ******", "no database"]);
  assert.ok(Date.parse(told?.time ?? "") > Date.now() - 60_000);
  assert.ok(told?.host && told.node);
  const [line] = await untilLines(join(home.work, "surroundings"));
  assert.is(line, `blue hush-hush-hush failed none ${join(home.work, "service")}`);
});

test("a crash loop is told once, and its recovery once it runs again after being mended", async () => {
  await using home = makeHome();
  const path = join(home.work, "told");
  home.write("mode", "exit 1");
  await launch(home, {
    name: "api",
    command: 'sh -c ". ./mode"',
    restart: { policy: "always", delay: "2ms", max_delay: "5ms" },
    on: { crash_loop: "cat >> told", recovered: "cat >> told", failed: "cat >> told" },
  });
  await untilTold(path, 1);
  // Many more restarts, and not one word more.
  await waitFor(async () => (await history(home, "api")).length > 60, { what: "many restarts" });
  assert.equal(events(toldIn(path)), ["crash_loop"]);
  writeFileSync(join(home.work, "mode"), "exec sleep 1000");
  await home.ok(["restart", "api"]);
  const told = await untilTold(path, 2, 15_000);
  assert.equal(events(told), ["crash_loop", "recovered"]);
  assert.is(told[1]?.status, "running");
});

test("a hook is told, and the daemon goes on, though the logs of its process cannot be read", async () => {
  await using home = makeHome();
  const path = join(home.work, "told");
  for (const stream of ["out.log", "err.log"]) mkdirSync(join(home.dir, "logs/shop/api", stream), { recursive: true });
  await home.ok(["daemon"]);
  const pid = await daemonPid(home);
  await launch(home, {
    name: "api",
    command: "false",
    restart: { delay: "10ms", max_delay: "10ms" },
    on: { crash_loop: `cat >> ${path}` },
  });
  await waitFor(() => toldIn(path).length > 0, { what: "the crash loop to be told" });
  assert.equal(toldIn(path)[0]?.lastLines, []);
  assert.is(await daemonPid(home), pid);
});

test("what was told is remembered over the end of the daemon: nothing twice, and the recovery is told", async () => {
  await using home = makeHome();
  const path = join(home.work, "told");
  home.write("mode", "exit 1");
  await launch(home, {
    name: "job",
    command: 'sh -c ". ./mode"',
    type: "oneshot",
    on: { failed: "cat >> told", recovered: "cat >> told" },
  });
  await untilTold(path, 1);
  await untilBack(home, await killDaemon(home));
  writeFileSync(join(home.work, "mode"), "exit 0");
  await home.ok(["start", "job"]);
  await untilTold(path, 2);
  assert.equal(events(toldIn(path)), ["failed", "recovered"], (await home.ok(["why", "job"])).stdout);
});

test("recovered is not told to whom nothing was told before", async () => {
  await using home = makeHome();
  const path = join(home.work, "told");
  await launch(home, { name: "job", command: "true", type: "oneshot", on: { recovered: "cat >> told" } });
  await untilStatus(home, "job", "exited");
  // A failure after it shows that the hook was passed over, not late.
  declare(home, { name: "job", command: "false", type: "oneshot", on: { recovered: "cat >> told", failed: "cat >> told" } });
  await home.ghost(["register", "--start"]);
  assert.equal(events(await untilTold(path, 1)), ["failed"]);
});

test("a hook that fails is told in why, with what it said, and disturbs nothing", async () => {
  await using home = makeHome();
  await launch(home, {
    name: "job",
    command: "sh -c 'exit 4'",
    type: "oneshot",
    on: { failed: "echo cannot reach the pager >&2; exit 9" },
  });
  const { cause } = await untilHookFailed(home, "job");
  assert.is(cause.text, "the failed hook exited with code 9");
  assert.equal(cause.facts, { event: "failed", scope: "process", exitCode: 9, output: "cannot reach the pager" });
  const view = await untilStatus(home, "job", "failed");
  assert.match(view.why, /code 4/);
  assert.match((await home.ok(["why", "job"])).stdout, /the failed hook exited with code 9/);
  assert.match(
    (await home.ok(["daemon", "logs"])).stdout,
    /the failed hook of shop\/job exited with code 9, and said: cannot reach the pager/,
  );
});

test("what a hook says goes into the daemon's log, bounded; one that floods or does not read its stdin harms nobody", async () => {
  await using home = makeHome();
  await launch(home, {
    name: "job",
    command: "false",
    type: "oneshot",
    on: { failed: "head -c 1000000 /dev/zero | tr '\\0' y; touch done" },
  });
  await waitFor(() => existsSync(join(home.work, "done")), { what: "the hook's end" });
  const logged = await waitFor(
    async () => /hook of shop\/job said: (y+)\n… (\d+) bytes more/.exec((await home.ok(["daemon", "logs"])).stdout),
    {
      what: "its output in the log",
    },
  );
  assert.is(logged[1]?.length, 4096);
  assert.is(logged[2], String(1_000_000 - 4096));
});

test("a hook whose output floods is killed long before its time is up", async () => {
  await using home = makeHome();
  const begunMs = Date.now();
  await launch(home, { name: "job", command: "false", type: "oneshot", on: { failed: "echo $$ > pid; exec yes" } });
  const { cause } = await untilHookFailed(home, "job");
  assert.match(cause.text, /^the failed hook wrote more than 1 MiB, and was killed$/);
  assert.ok(Date.now() - begunMs < 8_000);
  assert.not(isAlive(Number(readFileSync(join(home.work, "pid"), "utf8"))));
});

test("a hook of the node is told in its environment, too, of whom it is about", async () => {
  await using home = makeHome();
  const path = join(home.work, "about");
  mkdirSync(home.dir, { recursive: true });
  writeFileSync(
    join(home.dir, ".ghost.yaml"),
    `on: { failed: 'echo $GHOST_EVENT $GHOST_PROJECT $GHOST_NAME $GHOST_INSTANCE > ${path}' }\n`,
  );
  await launch(home, { name: "job", command: "false", type: "oneshot" });
  assert.equal(await untilLines(path), ["failed shop job 0"]);
});

test("a hook that does not end is killed after 10 s with all that it started", async () => {
  await using home = makeHome();
  await launch(home, { name: "job", command: "false", type: "oneshot", on: { failed: "sleep 1000 & echo $$ $! > pids; wait" } });
  const [line] = await untilLines(join(home.work, "pids"));
  const { cause } = await untilHookFailed(home, "job");
  assert.is(cause.text, "the failed hook did not end within 10 s and was killed");
  const pids = (line ?? "").split(" ").map(Number);
  await waitFor(() => pids.length === 2 && !pids.some(isAlive), { what: "its processes to be gone" });
});

test("the end of the daemon does not wait long for a hook, and leaves none behind", async () => {
  await using home = makeHome();
  await launch(home, { name: "job", command: "false", type: "oneshot", on: { failed: "sleep 1000 & echo $$ $! > pids; wait" } });
  const [line] = await untilLines(join(home.work, "pids"));
  const { tookMs } = await home.ok(["daemon", "stop"]);
  assert.ok(tookMs < 8_000, `${tookMs} ms`);
  assert.equal((line ?? "").split(" ").map(Number).filter(isAlive), []);
});

test("where not even the folder is there the hook is told of it all the same", async () => {
  await using home = makeHome();
  const path = join(home.work, "told");
  const gone = home.write("gone/x", "");
  declare(home, { name: "api", command: "sleep 1000", working_directory: "gone", env_file: "gone/env", on: { failed: `cat >> ${path}` } });
  home.write("gone/env", "A=1\n");
  await home.ok(["register"]);
  rmSync(join(gone, ".."), { recursive: true });
  await home.ghost(["start", "api"]);
  const [told] = await untilTold(path, 1);
  assert.is(told?.status, "failed");
  assert.match(told?.why ?? "", /there is no such/);
});

test("a storm of failures runs four hooks at once, lets a hundred wait, and counts and tells the rest", async () => {
  await using home = makeHome();
  const processes = Array.from({ length: 120 }, (_, index) => ({
    name: `job-${index}`,
    command: "false",
    type: "oneshot",
    on: { failed: "echo begin >> ../running; sleep 0.2; echo end >> ../running" },
    working_directory: "folder",
  }));
  home.write("folder/x", "");
  await launch(home, ...processes);
  const lines = (): string[] =>
    existsSync(join(home.work, "running")) ? readFileSync(join(home.work, "running"), "utf8").trim().split("\n") : [];
  const counts = async (): Promise<number[]> => {
    const { text } = await ask(home, "GET", "/metrics");
    return ["succeeded", "dropped"].map((outcome) =>
      Number(new RegExp(`ghost_daemon_hooks_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1]),
    );
  };
  await waitFor(async () => (await counts()).reduce((total, each) => total + each) === 120, {
    what: "all hooks",
    limitMs: 25_000,
    seen: counts,
  });
  const [succeeded = 0, dropped = 0] = await counts();
  assert.is(lines().filter((line) => line === "begin").length, succeeded);
  let atOnce = 0;
  let most = 0;
  for (const line of lines()) {
    atOnce += line === "begin" ? 1 : -1;
    most = Math.max(most, atOnce);
  }
  assert.ok(most <= 4, `${most} at once`);
  const text = (await home.ok(["why", "--all", "-n", "1000"])).stdout;
  assert.is([...text.matchAll(/the failed hook was not run: 100 others wait/g)].length, dropped);
});

test("unhealthy is told once, and recovered as soon as the check passes again", async () => {
  await using home = makeHome();
  const path = join(home.work, "told");
  home.write("well", "");
  await launch(home, {
    name: "api",
    command: "sleep 1000",
    health_check: { exec: "test -f well", period: "50ms", failures: 2 },
    on: { unhealthy: "cat >> told", recovered: "cat >> told" },
  });
  await untilStatus(home, "api", "running");
  for (const round of [1, 2]) {
    rmSync(join(home.work, "well"));
    await untilStatus(home, "api", "unhealthy");
    await untilTold(path, 2 * round - 1);
    home.write("well", "");
    await untilTold(path, 2 * round);
  }
  const told = toldIn(path);
  assert.equal(events(told), ["unhealthy", "recovered", "unhealthy", "recovered"]);
  assert.equal(
    told.slice(0, 2).map(({ status }) => status),
    ["unhealthy", "running"],
  );
});

test.unless(needs("linux", "root", "setpriv"), "the hook of a process that runs as another user runs as that user, too", async () => {
  await using home = makeHome();
  const folder = join(home.work, "open");
  mkdirSync(folder);
  chmodSync(dirname(home.work), 0o755);
  chmodSync(folder, 0o777);
  await launch(home, {
    name: "job",
    command: "false",
    type: "oneshot",
    user: "www-data",
    working_directory: "open",
    on: { failed: "id -un > who; id -Gn >> who; echo $HOME >> who" },
  });
  assert.equal(await untilLines(join(folder, "who"), 3), ["www-data", "www-data", "/var/www"]);
});

test.run();
