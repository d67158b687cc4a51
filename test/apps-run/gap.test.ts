import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { linkApp, makeApp, statusOf } from "../apps/apps-rig.ts";
import { type Foreground, inForeground } from "../cli/foreground.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const APP = "console.log('begins', process.env.WORD);\nsetInterval(() => {}, 1000);\n";
const fileFor = (word: string): string => `type: service\nenvironment: { WORD: ${word} }\n`;

/** With a daemon that knows it. */
async function makeMine(home: Home): Promise<string> {
  const folder = makeApp(home, "source", { ".ghost.yaml": fileFor("one"), "app.js": APP });
  linkApp(home, folder, "mine");
  await home.ok(["daemon", "start"]);
  return folder;
}

/** The watcher needs its time to begin: it has, once a change was seen. */
async function untilWatched(session: Foreground, folder: string): Promise<void> {
  let count = 0;
  await waitFor(
    () => {
      writeFileSync(join(folder, "app.js"), `${APP}// ${(count += 1)}\n`);
      return session.text().includes("app.js changed; restarts");
    },
    { what: "the first restart", pauseMs: 300, seen: session.text },
  );
}

test("a registered app whose .ghost.yaml is away for a moment stays as it is, and is restarted with the file when it is back", async () => {
  await using home = makeHome();
  const folder = await makeMine(home);
  await using session = inForeground(["run", "mine", "--watch"], { cwd: home.work, env: home.env });
  await session.said(/begins one/);
  await untilWatched(session, folder);
  renameSync(join(folder, ".ghost.yaml"), join(folder, "away"));
  await session.said(/mine\/\.ghost\.yaml: there is no such file[\s\S]*ghost: mine stays as it is until \.ghost\.yaml is mended/);
  writeFileSync(join(folder, "away"), fileFor("two"));
  renameSync(join(folder, "away"), join(folder, ".ghost.yaml"));
  await session.said(/begins two/);
  writeFileSync(join(folder, "app.js"), "console.log('later');\nsetInterval(() => {}, 1000);\n");
  await session.said(/later/);
  assert.not.match(session.text(), "stopped by");
  assert.is(await session.end("SIGINT"), 130);
});

test("one whose .ghost.yaml is emptied before it is written is restarted once, with what is written", async () => {
  await using home = makeHome();
  const folder = await makeMine(home);
  await using session = inForeground(["run", "mine", "--watch"], { cwd: home.work, env: home.env });
  await session.said(/begins one/);
  await untilWatched(session, folder);
  writeFileSync(join(folder, ".ghost.yaml"), "");
  const warnings = async (): Promise<string> => JSON.stringify((await home.ok(["daemon", "status", "--json"])).json());
  await waitFor(async () => (await warnings()).includes("is empty, and was not before"), { what: "the daemon to see it", seen: warnings });
  writeFileSync(join(folder, ".ghost.yaml"), fileFor("two"));
  await session.said(/begins two/);
  assert.not.match(session.out(), "undefined");
  // What comes after it shows that nothing else came before.
  writeFileSync(join(folder, "app.js"), "console.log('later');\nsetInterval(() => {}, 1000);\n");
  await session.said(/later/);
  assert.is(session.out().split("begins two").length, 2, session.text());
  assert.is(await session.end("SIGINT"), 130);
});

for (const words of [["begins"], ["exited with code 3; waits for a change", "process.exit(3);\n"]])
  test(`one that is taken away for good says so and ends, also one that ${words[0]}`, async () => {
    await using home = makeHome();
    const folder = await makeMine(home);
    if (words[1]) writeFileSync(join(folder, "app.js"), words[1]);
    await using session = inForeground(["run", "mine", "--watch"], { cwd: home.work, env: home.env });
    await session.said(new RegExp(words[0] ?? ""));
    await waitFor(async () => (await statusOf(home, "mine")).why !== "", { what: "the daemon to know of it" });
    renameSync(join(folder, ".ghost.yaml"), join(folder, "away"));
    assert.is(await session.ended, words[1] ? 3 : 143);
    assert.match(session.text(), /ghost: mine stopped by the daemon: \S+mine\/\.ghost\.yaml is gone/);
  });

test("ghost stop ends one that waits for changes, which says so", async () => {
  await using home = makeHome();
  await makeMine(home);
  await using session = inForeground(["run", "mine", "--watch"], { cwd: home.work, env: home.env });
  await session.said(/begins one/);
  await waitFor(async () => (await statusOf(home, "mine")).status === "running", { what: "the daemon to know of it" });
  await home.ok(["stop", "mine"]);
  assert.is(await session.ended, 143);
  assert.match(session.text(), "ghost: mine stopped by ghost stop");
});

test("without --watch a change of a registered app's .ghost.yaml does not restart it where it runs", async () => {
  await using home = makeHome();
  const folder = await makeMine(home);
  linkApp(home, makeApp(home, "other", { ".ghost.yaml": fileFor("other"), "app.js": APP }), "other");
  await using session = inForeground(["run", "mine"], { cwd: home.work, env: home.env });
  await session.said(/begins one/);
  const runs = async () => (await statusOf(home, "mine")).status === "running";
  await waitFor(runs, { what: "the daemon to know of it" });
  const { pid } = await statusOf(home, "mine");
  writeFileSync(join(folder, ".ghost.yaml"), fileFor("two"));
  // All files are in effect as they are before one is started.
  await home.ok(["start", "other"]);
  assert.equal([(await statusOf(home, "mine")).status, (await statusOf(home, "mine")).pid], ["running", pid]);
  assert.is(await session.end("SIGINT"), 130);
  assert.is(session.out(), "begins one\n");
});

test.run();
