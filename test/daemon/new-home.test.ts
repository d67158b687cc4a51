import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { inForeground } from "../cli/foreground.ts";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { systemOf } from "./daemons.ts";

/** When a first daemon is killed, in ms after it was started: before it made anything, and at all of its steps until it answers. */
const KILLED_AFTER_MS = [0, 8, 16, 24, 32, 40, 50, 65, 80];
const APP = `console.log("ready", process.env.GHOST_PROJECT ?? "no project");\nsetInterval(() => {}, 1000);\n`;

async function isSound(home: Home): Promise<void> {
  await home.ok(["daemon", "start"]);
  assert.equal((await systemOf(home)).warnings, []);
  const told = (await home.ok(["why", "--all", "--json"])).json<HistoryEntry[]>();
  assert.equal(
    told.filter(({ cause }) => cause.kind === "state-damaged"),
    [],
  );
}

test("the app that runs when the first daemon of a home comes is not taken for what a lost state knew", async () => {
  await using home = makeHome();
  home.write("app.js", APP);
  // As one that is called by something that a daemon supervises.
  const env = { ...home.env, GHOST_PROJECT: "shop" };
  await using first = inForeground(["run", "app.js"], { cwd: home.work, env });
  await using second = inForeground(["run", "app.js"], { cwd: home.work, env });
  await Promise.all([first.said(/ready no project/), second.said(/ready no project/)]);
  await isSound(home);
  await Promise.all([first.end("SIGTERM"), second.end("SIGTERM")]);
});

test("a home whose first daemon was killed before it had done anything is a new home, and no damaged one", async () => {
  await Promise.all(
    KILLED_AFTER_MS.map(async (afterMs) => {
      await using home = makeHome();
      const [file = "", ...args] = GHOST;
      const daemon = spawn(file, [...args, "daemon", "--foreground", "--home", home.dir], {
        env: { ...home.env, GHOST_DAEMON: "auto" },
        stdio: "ignore",
      });
      await delay(afterMs);
      daemon.kill("SIGKILL");
      await once(daemon, "exit");
      await isSound(home);
    }),
  );
});

test.run();
