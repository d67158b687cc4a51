import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { GHOST, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { listed } from "./apps-rig.ts";

const APP = `import { Ghost, GhostApp } from "ghost-sdk";
class Hand extends GhostApp {
  override async run() {
    if (Ghost.config.core.settings.autoGhostFather) await Ghost.data.set("by", "hand");
    console.log("ran as " + Ghost.config.app.id + " in " + Ghost.config.core.mode);
  }
}
await Ghost.run(Hand);
`;

/** Makes the app, and \`ghost\` where its home has it. */
async function makeHand(home: Home, settings: string): Promise<string> {
  await home.ok(["create", "folder", "--template", "basic"]);
  const folder = join(home.work, "folder");
  writeFileSync(join(folder, "app.ts"), APP);
  writeFileSync(join(folder, ".ghost.yaml"), `app: { id: hand }\ncore:\n  mode: production\n  settings:\n    ${settings}\n`);
  mkdirSync(join(home.dir, "bin"), { recursive: true });
  writeFileSync(join(home.dir, "bin", "ghost"), `#!/bin/sh\nexec ${GHOST.map((word) => `'${word}'`).join(" ")} "$@"\n`, { mode: 0o755 });
  return folder;
}

test("an app that is started by hand with autoGhostFather has the daemon started and is registered", async () => {
  await using home = makeHome();
  const folder = await makeHand(home, "autoGhostFather: true");
  const { stdout, stderr, code } = await run([process.execPath, "run", "app.ts"], { cwd: folder, env: home.env });
  assert.is(code, 0, stderr);
  assert.match(stdout, /ran as hand in production/);
  assert.equal(
    (await listed(home)).map(({ project, name, kind }) => [project, name, kind]),
    [["ghosts", "hand", "ghost"]],
  );
  assert.match((await home.ok(["data", "get", "by", "--namespace", "hand"])).stdout, /hand/);
});

test("without it nothing is started", async () => {
  await using home = makeHome();
  const folder = await makeHand(home, "autoGhostFather: false");
  const { stdout, stderr, code } = await run([process.execPath, "run", "app.ts"], { cwd: folder, env: home.env });
  assert.is(code, 0, stderr);
  assert.match(stdout, /ran as folder in development/);
  assert.is((await home.ghost(["daemon", "status", "--json"])).json<{ running: boolean }>().running, false);
});

test.run();
