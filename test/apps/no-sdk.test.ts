import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

/** What runs under Node looks for modules beside the app alone. */
const isCompiled = GHOST.length === 1;

/** An app as somebody types it: nothing of ghost's is in it. */
function typed(home: Home, folder: string, more = ""): string {
  home.write(
    `${folder}/hello.ts`,
    `import { G, GhostApp } from "ghost-sdk";\nexport class Hello extends GhostApp {\n  async run(): Promise<void> { G.info("hello"); }\n}\n`,
  );
  home.write(`${folder}/app.ts`, `import { Ghost } from "ghost-sdk";\nimport { Hello } from "./hello.ts";\nawait Ghost.run(Hello);\n`);
  home.write(
    `${folder}/hello.test.ts`,
    `import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { Hello } from "./hello.ts";\nimport { useGhostForTesting } from "ghost-sdk/testing";\ntest("hello", () => assert.equal(typeof Hello + typeof useGhostForTesting, "functionfunction"));\n`,
  );
  home.write(`${folder}/.ghost.yaml`, `app: { id: ${folder} }\nrestart: false\n${more}`);
  return join(home.work, folder);
}

const lack = isCompiled ? null : "needs the binary";

test.unless(lack, "an app that was typed by hand, with no copy of the SDK, runs and is tested all the same", async () => {
  await using home = makeHome();
  typed(home, "hand");
  assert.match((await home.ok(["run", "./hand"])).stdout, "hello");
  const tested = await home.ghost(["test", "./hand"]);
  assert.is(tested.code, 0, tested.stderr);
  assert.is((await home.ghost(["test", "./hand/hello.test.ts"])).code, 0);
  const env = { ...home.env, NODE_PATH: "/nowhere" };
  assert.match((await home.ok(["run", "./hand"], { env })).stdout, "hello");
});

test.unless(lack, "it runs in the background, too, and again when what the home has of the SDK is gone", async () => {
  await using home = makeHome();
  typed(home, "hand");
  const file = home.write("processes.yaml", "processes: [{ name: hand, app: ./hand }]\n");
  await home.ok(["register", file]);
  const ends = async () => (await home.ok(["why", "hand", "--json"])).json<HistoryEntry[]>().filter(({ to }) => to === "exited").length;
  for (const count of [1, 2]) {
    await home.ok(["start", "hand"]);
    await waitFor(async () => (await ends()) === count, { what: "its end" });
    rmSync(join(home.dir, "bin/sdk"), { recursive: true });
  }
  assert.match((await home.ok(["logs", "hand"])).stdout, '"message":"hello"');
});

test.unless(lack, "an app that a template without the SDK gives runs in the background and here", async () => {
  await using home = makeHome();
  typed(home, "ours");
  await home.ok(["create", "shop", "--template", "./ours"]);
  assert.match((await home.ok(["run", "shop"])).stdout, "hello");
  await home.ok(["start", "shop"]);
  await waitFor(async () => (await home.ok(["logs", "shop"])).stdout.includes('"message":"hello"'), { what: "its word in the log" });
});

test("ghost sdk update puts a copy into an app that has none, and from then on it keeps that", async () => {
  await using home = makeHome();
  const folder = typed(home, "hand");
  const updated = await home.ok(["sdk", "update", "./hand"]);
  assert.match(updated.stderr, /hand: ghost-sdk is there now/);
  assert.ok(existsSync(join(folder, "vendor/ghost-sdk/index.js")));
  assert.ok(existsSync(join(folder, "node_modules/ghost-sdk/index.js")));
  assert.match((await home.ok(["sdk", "list", "./hand"])).stdout, /up to date/);
  home.write("snake/.ghost.yaml", "app: { id: snake }\n");
  home.write("snake/app.py", "import ghost\n");
  await home.ok(["sdk", "update", "./snake"]);
  assert.ok(existsSync(join(home.work, "snake/ghost.py")));
  home.write("shell/.ghost.yaml", "app: { id: shell, entry: run.sh }\n");
  home.write("shell/run.sh", "#!/bin/sh\n");
  const none = await home.ghost(["sdk", "update", "./shell"]);
  assert.is(none.code, 3);
  assert.match(none.stderr, /cannot put the SDK into \S*shell: .*it is neither TypeScript or JavaScript nor Python/);
  assert.equal(readdirSync(join(home.work, "shell")).sort(), [".ghost.yaml", "run.sh"]);
});

test.unless(needs("node"), "an app of Node that finds no SDK is told how it gets one: by ghost run, ghost sdk and doctor", async () => {
  await using home = makeHome();
  home.write("noded/app.js", 'import { G } from "ghost-sdk";\nG.info("hello");\n');
  home.write("noded/package.json", '{ "type": "module" }');
  home.write("noded/.ghost.yaml", "app: { id: noded }\nrestart: false\nruntime: node\n");
  const { code, stderr } = await home.ghost(["run", "./noded"]);
  assert.is(code, 1);
  assert.match(stderr, /ghost: noded: there is no ghost-sdk for it: ghost sdk update \S*noded puts a copy into it/);
  assert.match((await home.ok(["sdk", "list", "./noded"])).stdout, /missing/);
  await home.ok(["sdk", "update", "./noded"]);
  assert.is((await home.ghost(["run", "./noded"])).code, 0);
});

test.run();
