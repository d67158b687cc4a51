import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { type Declared, history, launch, untilView, view } from "./processes.ts";

/** Far longer than the debounce: by then a restart that is to come would have been told. */
const QUIET_MS = 300;

/** How often a file change restarted it. */
const changes = async (home: Home): Promise<string[]> =>
  (await history(home, "api")).filter(({ cause }) => cause.kind === "file-changed").map(({ cause }) => cause.text);

/** Starts api, and touches a file until the first change is noticed: then the watcher is ready. */
async function watched(home: Home, watch: unknown, ready: string, more: Partial<Declared> = {}): Promise<number> {
  const started = await launch(home, { name: "api", command: "sleep 1000", restart: true, watch, ...more });
  assert.is(started.code, 0, started.stderr);
  let touches = 0;
  await waitFor(
    async () => {
      writeFileSync(join(home.work, ready), String((touches += 1)));
      return (await changes(home)).length > 0;
    },
    { what: "the watcher to be ready", pauseMs: 150 },
  );
  // All that was touched meanwhile has to be told before anything is counted.
  await waitFor(
    async () => {
      const before = (await changes(home)).length;
      await pause(QUIET_MS);
      return (await changes(home)).length === before;
    },
    { what: "quiet" },
  );
  await untilView(home, "api", (process) => process.status === "running");
  return (await changes(home)).length;
}

/** Does something to files and waits for the one restart that it is to cause. */
async function causes(home: Home, act: () => void, text: RegExp): Promise<void> {
  const before = await view(home, "api");
  const count = (await changes(home)).length;
  act();
  const after = await untilView(home, "api", (process) => process.status === "running" && process.pid !== before.pid);
  await pause(QUIET_MS);
  const told = await changes(home);
  assert.is(told.length, count + 1, told.join("\n"));
  assert.match(told.at(-1) ?? "", text);
  assert.match(after.why, text);
  assert.equal([after.restarts, after.status], [before.restarts, "running"], "a file change costs nothing");
}

async function ignores(home: Home, act: () => void): Promise<void> {
  const before = await view(home, "api");
  const count = (await changes(home)).length;
  act();
  await pause(QUIET_MS);
  assert.equal([(await view(home, "api")).pid, (await changes(home)).length], [before.pid, count]);
}

test("watch: true restarts on a change, a new file, a deletion and an atomic save, once each, and `why` names the file", async () => {
  await using home = makeHome();
  mkdirSync(join(home.work, "src"));
  home.write("app.conf", "a");
  await watched(home, true, "ready");
  await causes(home, () => home.write("app.conf", "b"), /^app\.conf changed/);
  await causes(home, () => home.write("src/new.txt", "x"), /^src\/new\.txt changed/);
  await causes(home, () => rmSync(join(home.work, "src/new.txt")), /^src\/new\.txt changed/);
  await causes(
    home,
    () => {
      home.write(".app.conf.part~", "c");
      renameSync(join(home.work, ".app.conf.part~"), join(home.work, "app.conf"));
    },
    /^app\.conf changed/,
  );
  await causes(
    home,
    () => {
      for (let n = 0; n < 50; n += 1) home.write(`src/many-${n}`, "x");
    },
    /^src\/many-\d+ changed/,
  );
  assert.match((await home.ok(["why", "api"])).stdout, /app\.conf changed/);
});

test("editor files, ignored files and folders that nobody wants are left alone", async () => {
  await using home = makeHome();
  for (const folder of ["node_modules/x", ".git", "__pycache__", "cache"]) mkdirSync(join(home.work, folder), { recursive: true });
  await watched(home, { enabled: true, ignore: ["cache", "*.log"] }, "ready");
  await ignores(home, () => {
    for (const name of [
      ".app.swp",
      ".app.swx",
      "4913",
      "app~",
      ".#app",
      "x.log",
      "cache/a",
      "node_modules/x/a",
      ".git/index",
      "__pycache__/a.pyc",
    ])
      home.write(name, "x");
  });
  await causes(home, () => home.write("app", "x"), /^app changed/);
});

test("patterns fit names at any depth, and what does not fit is not watched", async () => {
  await using home = makeHome();
  mkdirSync(join(home.work, "pkg/deep"), { recursive: true });
  await watched(home, { enabled: true, paths: ["*.py"], debounce: "50ms" }, "ready.py");
  await causes(home, () => home.write("pkg/deep/mod.py", "x"), /^pkg\/deep\/mod\.py changed/);
  await ignores(home, () => home.write("pkg/deep/mod.txt", "x"));
  await causes(home, () => home.write("main.py", "x"), /^main\.py changed/);
});

test("what changes while the process is stopped does nothing, and a new daemon watches again", async () => {
  await using home = makeHome();
  await watched(home, true, "ready");
  await home.ok(["stop", "api"]);
  const count = (await changes(home)).length;
  home.write("app", "1");
  await pause(QUIET_MS);
  assert.equal([(await view(home, "api")).status, (await changes(home)).length], ["stopped", count]);
  await home.ok(["start", "api"]);
  await home.ok(["daemon", "restart"]);
  await waitFor(
    async () => {
      home.write("app", String(Math.random()));
      return (await changes(home)).length > count;
    },
    { what: "the change to be noticed", pauseMs: 150 },
  );
});

test("a program that writes into what is watched is told of, and restarts ever more slowly", async () => {
  await using home = makeHome();
  home.write("writes.sh", "#!/bin/sh\nsleep 0.1\ndate +%N >> state.txt\nexec sleep 1000\n");
  await launch(home, { name: "api", command: "sh writes.sh", restart: true, watch: { enabled: true, debounce: "10ms" } });
  const told = async () => (await history(home, "api")).filter(({ cause }) => cause.kind === "watch-loop");
  await waitFor(async () => (await changes(home)).length === 12, { what: "twelve restarts", limitMs: 25_000, pauseMs: 100 });
  assert.is((await told()).length, 1);
  assert.match((await told())[0]?.cause.text ?? "", /^state\.txt changed right after each of 10 starts/);
  const times = (await history(home, "api")).filter(({ cause }) => cause.kind === "file-changed").map(({ time }) => Date.parse(time));
  assert.ok((times[11] as number) - (times[10] as number) >= 2_000, "the twelfth waits two seconds");
});

test("files that no pattern wants do not count towards the limit", async () => {
  await using home = makeHome();
  await watched(home, { enabled: true, paths: ["*.py"] }, "ready.py");
  mkdirSync(join(home.work, "data"));
  for (let n = 0; n < 21_000; n += 1) {
    const path = join(home.work, "data", `some-${n}`);
    writeFileSync(path, "");
    rmSync(path);
  }
  await causes(home, () => home.write("main.py", "x"), /^main\.py changed/);
  assert.not((await history(home, "api")).some(({ cause }) => cause.kind === "watch-failed"));
});

test("watch can be switched on and off without a restart", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: "sleep 1000", restart: true });
  const { pid } = await view(home, "api");
  await launch(home, { name: "api", command: "sleep 1000", restart: true, watch: true });
  assert.is((await view(home, "api")).pid, pid);
  await waitFor(
    async () => {
      home.write("app", String(Math.random()));
      return (await changes(home)).length > 0;
    },
    { what: "a change to be noticed", pauseMs: 150 },
  );
  await launch(home, { name: "api", command: "sleep 1000", restart: true });
  await pause(QUIET_MS);
  await ignores(home, () => home.write("app", "2"));
});

test("a path that would take in the whole machine is refused, and the daemon goes on", async () => {
  await using home = makeHome();
  await launch(home, { name: "broad", command: "sleep 1000", restart: true, watch: { enabled: true, paths: ["/"] } });
  await waitFor(async () => (await history(home, "broad")).some(({ cause }) => cause.kind === "watch-failed"), {
    what: "the refusal",
    limitMs: 20_000,
  });
  assert.is((await view(home, "broad")).status, "running");
});

test.run();
