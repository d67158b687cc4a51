import { existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, listed, makeApp, statusOf } from "./apps-rig.ts";

const SERVICE = "setInterval(() => {}, 1000);\n";
const FILE = "type: service\n";
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

test("a linked app that is deleted loses its link and keeps its folder; ghost start brings it back", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": `${FILE}instances: 2\n`, "app.js": SERVICE });
  const link = linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  const { stderr } = await home.ok(["delete", "hello"]);
  assert.is(stderr.split("its folder").length, 2, "it is said once");
  assert.match(stderr, `its folder ${folder} is left as it is, the link ${link} is gone; ghost start hello brings it back`);
  assert.equal([isThere(link), existsSync(join(folder, "app.js"))], [false, true]);
  const missing = await home.ghost(["status", "hello"]);
  assert.is(missing.code, 3);
  assert.match(missing.stderr, "ghost start hello brings it back");
  await home.ok(["daemon", "restart"]);
  assert.equal(await listed(home), []);
  await home.ok(["start", "hello"]);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.is((await listed(home)).filter(({ status }) => status === "running").length, 2);
});

test("an app that lies in ghosts/ itself stays deleted when its file changes and over a restart, until it is started", async () => {
  await using home = makeHome();
  const folder = join(home.dir, "ghosts/hello");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, ".ghost.yaml"), FILE);
  writeFileSync(join(folder, "app.js"), SERVICE);
  const other = linkApp(home, makeApp(home, "other", { ".ghost.yaml": FILE, "app.js": SERVICE }), "other");
  await home.ok(["start", "hello"]);
  const [result] = (await home.ok(["delete", "hello", "--json"])).json<{ note?: string }[]>();
  assert.is(result?.note, `its folder ${folder} is left as it is; ghost start hello brings it back`);
  writeFileSync(join(folder, ".ghost.yaml"), `${FILE}environment: { A: b }\n`);
  // What comes after the change has been seen when this has.
  rmSync(other);
  await waitFor(async () => (await listed(home)).length === 0, { what: "the other one to be gone" });
  await home.ok(["daemon", "restart"]);
  assert.equal(await listed(home), []);
  await home.ok(["start", "ghosts/hello"]);
  assert.is((await statusOf(home, "hello")).status, "running");
  await home.ok(["delete", "hello"]);
  rmSync(folder, { recursive: true });
  await home.ok(["list"]);
  mkdirSync(folder);
  writeFileSync(join(folder, ".ghost.yaml"), FILE);
  writeFileSync(join(folder, "app.js"), SERVICE);
  await waitFor(async () => (await listed(home)).length === 1, { what: "a new app of that name" });
});

test.run();
