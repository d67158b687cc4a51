import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, listed, makeApp, statusOf } from "./apps-rig.ts";

const SERVICE = "setInterval(() => {}, 1000);\n";
const SERVICE_FILE = "type: service\n";

test("a .ghost.yaml that is away for a moment stops nothing; away for good it takes the app, which is started again when it is back", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  linkApp(home, folder, "hello");
  const resting = makeApp(home, "resting", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  linkApp(home, resting, "resting");
  const timed = makeApp(home, "timed", { ".ghost.yaml": "schedule: 0 0 1 1 *\n", "app.js": "" });
  linkApp(home, timed, "timed");
  await home.ok(["start", "hello", "timed"]);
  const { pid } = await statusOf(home, "hello");
  const move = (from: string, to: string): void => {
    for (const each of [folder, resting, timed]) renameSync(join(each, from), join(each, to));
  };
  const problems = async (): Promise<HistoryEntry[]> =>
    (await statusOf(home, "hello")).history.filter(({ cause }) => cause.kind === "configuration-invalid");
  move(".ghost.yaml", "b");
  await waitFor(async () => (await problems()).length === 1, { what: "the gap to be seen" });
  move("b", ".ghost.yaml");
  assert.not.match((await home.ok(["start", "hello"])).stderr, "cannot find");
  assert.is((await statusOf(home, "hello")).pid, pid);
  move(".ghost.yaml", "b");
  await waitFor(async () => (await listed(home)).length === 0, { what: "the apps to be gone", seen: () => listed(home) });
  await home.ok(["daemon", "restart"]);
  move("b", ".ghost.yaml");
  const states = async (): Promise<string> =>
    (await listed(home)).map(({ name, status, nextStartAt }) => `${name} ${nextStartAt ? "armed" : status}`).join();
  await waitFor(async () => (await states()) === "hello running,resting stopped,timed armed", { what: "those that were up", seen: states });
});

test("a file that is emptied for a moment changes nothing; one that stays empty is all defaults", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "hello", { ".ghost.yaml": SERVICE_FILE, "app.js": SERVICE });
  linkApp(home, folder, "hello");
  await home.ok(["start", "hello"]);
  const { pid } = await statusOf(home, "hello");
  const file = join(folder, ".ghost.yaml");
  const told = /hello: \S+\.ghost\.yaml is empty, and was not before \(what it said is in effect unless it stays so for 3 s\)/;
  writeFileSync(file, "");
  assert.match((await home.ok(["start", "hello"])).stderr, told);
  assert.is((await statusOf(home, "hello")).type, "service");
  writeFileSync(file, SERVICE_FILE);
  assert.not.match((await home.ok(["start", "hello"])).stderr, told);
  assert.ok((await statusOf(home, "hello")).history.every(({ cause }) => !cause.text.includes("type (service")));
  writeFileSync(file, "");
  await waitFor(async () => (await statusOf(home, "hello")).type === "oneshot", { what: "the empty file to be in effect" });
  assert.is((await statusOf(home, "hello")).pid, pid);
});

test.run();
