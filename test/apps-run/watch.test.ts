import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inForeground } from "../cli/foreground.ts";
import { makeHome } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

const says = (word: string) => `console.log("${word}", Date.now());\nsetInterval(() => {}, 1000);\n`;
/** A machine that is busy with other tests may need so long; by itself it is a tenth of a second. */
const RESTART_LIMIT_MS = 1_500;

test("restarts at once when a file changes, and waits for a change when the app has ended", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: seen }\n");
  home.write("app.ts", `import "./lib.ts";\n`);
  home.write("lib.ts", says("one"));
  await using session = inForeground(["run", "--watch"], { cwd: home.work, env: home.env });
  await session.said(/one \d+/);
  // The folder is being walked meanwhile: a change before that is no change.
  await waitFor(
    () => {
      home.write("lib.ts", says("two"));
      return session.out().includes("two");
    },
    { what: "the first restart", pauseMs: 300 },
  );
  const changedMs = Date.now();
  home.write("lib.ts", says("three"));
  await session.said(/three \d+/);
  const tookMs = Number(/three (\d+)/.exec(session.out())?.[1]) - changedMs;
  assert.ok(tookMs < RESTART_LIMIT_MS, `${tookMs} ms`);
  assert.match(session.text(), "ghost: seen: lib.ts changed; restarts");
  home.write("lib.ts", "process.exit(3);\n");
  await session.said(/ghost: seen exited with code 3; waits for a change/);
  home.write("lib.ts", says("four"));
  await session.said(/four/);
  assert.is(await session.end("SIGINT"), 130);
});

test("a service that cannot begin is told once and waits for a change; one sed is one restart; ^C is no wait", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: seen }\ntype: service\n");
  home.write("app.js", says("one"));
  await using session = inForeground(["run", "--watch"], { cwd: home.work, env: home.env });
  await session.said(/one \d+/);
  // The folder is being walked meanwhile: a change before that is no change.
  await waitFor(
    () => {
      home.write("app.js", says("two"));
      return session.out().includes("two");
    },
    { what: "the first restart", pauseMs: 300 },
  );
  const before = session.text().length;
  execFileSync("sed", ["-i", "1s/.*/let broken = ;/", "app.js"], { cwd: home.work });
  await session.said(/waits for a change/);
  execFileSync("sed", ["-i", "1s/.*/console.log('three');/", "app.js"], { cwd: home.work });
  await session.said(/three/);
  assert.is(await session.end("SIGINT"), 130);
  const told = session.text().slice(before);
  assert.equal(told.match(/^ghost: .*/gm), [
    "ghost: seen: app.js changed; restarts",
    "ghost: seen exited with code 1; waits for a change",
    "ghost: seen: app.js changed; restarts",
  ]);
});

test("what the app writes itself, and what others bring, is no change", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: seen }\n");
  home.write("app.ts", says("one"));
  for (const folder of ["logs", "data", ".git", "node_modules/x"]) mkdirSync(join(home.work, folder), { recursive: true });
  await using session = inForeground(["run", "--watch"], { cwd: home.work, env: home.env });
  await session.said(/one \d+/);
  const look = (): boolean => {
    for (const folder of ["logs", "data", ".git", "node_modules/x"])
      writeFileSync(join(home.work, folder, "file.ts"), String(Math.random()));
    return false;
  };
  look();
  await waitFor(
    () => {
      look();
      home.write("app.ts", says("two"));
      return session.out().includes("two");
    },
    { what: "the restart for what counts", pauseMs: 300 },
  );
  assert.not.match(session.text(), /(logs|data|git|node_modules).*changed/);
  await session.end("SIGTERM");
});

test("a change of .ghost.yaml is in effect at the restart; one that cannot be used is told with its line, and changes nothing", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: seen }\nenvironment: { WORD: one }\n");
  home.write("app.js", `console.log("word", process.env.WORD);\nsetInterval(() => {}, 1000);\n`);
  await using session = inForeground(["run", "--watch"], { cwd: home.work, env: home.env });
  await session.said(/word one/);
  let count = 0;
  await waitFor(
    () => {
      home.write(".ghost.yaml", `app: { id: seen }\nenvironment: { WORD: two${count++} }\n`);
      return session.out().includes("word two");
    },
    { what: "the first change to be seen", pauseMs: 300 },
  );
  home.write(".ghost.yaml", "app: { id: seen }\nenvironment: { WORD: three }\nstop: { signal: SIGNONE }\n");
  await session.said(/\.ghost\.yaml:3:\d+: .*SIGNONE[\s\S]*ghost: seen stays as it is until \.ghost\.yaml is mended/);
  home.write("app.js", `console.log("again", process.env.WORD);\nsetInterval(() => {}, 1000);\n`);
  await session.said(/again two/);
  home.write(".ghost.yaml", "app: { id: seen }\nenvironment: { WORD: four }\n");
  await session.said(/again four/);
  assert.not.match(session.out(), "three");
  assert.is(await session.end("SIGINT"), 130);
});

test("who saves again and again waits no longer than two seconds for the last one", async () => {
  await using home = makeHome();
  home.write("app.js", says("first"));
  await using session = inForeground(["run", "app.js", "--watch"], { cwd: home.work, env: home.env });
  await session.said(/first \d+/);
  let count = 0;
  await waitFor(
    () => {
      home.write("app.js", says(`save${count++}`));
      return /changed right after each of 10 starts/.test(session.text());
    },
    { what: "it to be taken for a loop", pauseMs: 150 },
  );
  const lastMs = Date.now();
  home.write("app.js", says("last"));
  await session.said(/last \d+/);
  const tookMs = Number(/last (\d+)/.exec(session.out())?.[1]) - lastMs;
  assert.ok(tookMs < 2_000 + RESTART_LIMIT_MS, `${tookMs} ms`);
  assert.is(await session.end("SIGINT"), 130);
});

test.run();
