import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inForeground } from "../cli/foreground.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, makeApp, statusOf } from "./apps-rig.ts";

const FILES = {
  ".ghost.yaml": "type: service\nwatch: true\ncore: { dataPath: kept }\n",
  "app.js": "console.log('begins');\nsetInterval(() => {}, 1000);\n",
};

/** Files of its folder that restarted it. */
const changed = async (home: Home): Promise<string[]> =>
  (await statusOf(home, "hello")).history.filter(({ cause }) => cause.kind === "file-changed").map(({ cause }) => cause.text);

/** Writes files again and again until a restart for `app.js` is told: the watcher needs its time to begin. */
async function untilRestarted(home: Home, folder: string, more: readonly string[] = []): Promise<void> {
  let count = 0;
  await waitFor(
    async () => {
      for (const name of more) writeFileSync(join(folder, name), String(count));
      writeFileSync(join(folder, "app.js"), `${FILES["app.js"]}// ${(count += 1)}\n`);
      return (await changed(home)).includes("app.js changed");
    },
    { what: "the restart", pauseMs: 300, seen: () => changed(home) },
  );
}

test("an app that is linked into ghosts/ is restarted when a file of its folder changes", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "source", FILES);
  linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  await untilRestarted(home, folder);
});

test("so is one that lies in ghosts/; what it writes itself restarts nothing, and its file only what it has to", async () => {
  await using home = makeHome();
  const folder = join(home.dir, "ghosts/hello");
  for (const name of ["data", "kept", "logs"]) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  await home.ok(["start", "hello"]);
  writeFileSync(join(folder, ".ghost.yaml"), `${FILES[".ghost.yaml"]}# the same\n`);
  await untilRestarted(home, folder, ["data/x", "kept/x", "logs/x"]);
  assert.equal([...new Set(await changed(home))], ["app.js changed"]);
});

test("ghost run NAME --watch restarts what is linked into ghosts/", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "source", { ...FILES, ".ghost.yaml": "type: service\n" });
  linkApp(home, folder, "hello");
  await using session = inForeground(["run", "hello", "--watch"], { cwd: home.dir, env: home.env });
  await session.said(/begins/);
  let count = 0;
  await waitFor(
    () => {
      writeFileSync(join(folder, "app.js"), `${FILES["app.js"]}// ${(count += 1)}\n`);
      return session.text().includes("app.js changed; restarts");
    },
    { what: "the restart", pauseMs: 300, seen: session.text },
  );
  await session.end("SIGTERM");
});

test.run();
