import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { killDaemon, untilBack } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { history } from "../supervise/processes.ts";
import { linkApp, listed, makeApp, statusOf } from "./apps-rig.ts";

const FILE = "app: { version: 1.0.0 }\ntype: service\n";
const SERVICE = "setInterval(() => {}, 1000);\n";

const pids = async (home: Home): Promise<(number | null)[]> => (await listed(home)).map(({ pid }) => pid);
const told = async (home: Home): Promise<string[]> =>
  (await history(home, "jobs:0")).filter(({ cause }) => cause.kind === "scaled").map(({ cause }) => cause.text);

test("an app that was scaled stays so through other daemons and other files, until its file asks for another number", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "jobs", { ".ghost.yaml": FILE, "app.js": SERVICE });
  linkApp(home, folder, "jobs");
  await home.ok(["start", "jobs"]);
  await home.ok(["scale", "jobs", "2"]);
  const before = await pids(home);
  assert.is(before.length, 2);
  await home.ok(["daemon", "restart"]);
  assert.equal(await pids(home), before);
  await untilBack(home, await killDaemon(home));
  assert.equal(await pids(home), before);
  writeFileSync(join(folder, ".ghost.yaml"), FILE.replace("1.0.0", "2.0.0"));
  const isNew = async () => (await statusOf(home, "jobs:1")).app?.version === "2.0.0";
  await waitFor(isNew, { what: "the new version" });
  assert.equal(await pids(home), before);
  writeFileSync(join(folder, ".ghost.yaml"), `${FILE}instances: 3\n`);
  await waitFor(async () => (await pids(home)).filter((pid) => pid !== null).length === 3, { what: "what the file asks for" });
  const [begin, end, ...more] = await told(home);
  assert.match(begin ?? "", /^scaled from 1 to 2 by ghost scale/);
  assert.match(end ?? "", /^its file asks for 3, which ends the scale to 2 /);
  assert.equal(more, []);
});

test("a file that is registered by hand ends a scale, and that is told", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "processes:\n  - { name: jobs, command: sleep 1000, type: service }\n");
  await home.ok(["register", "--start"]);
  await home.ok(["scale", "jobs", "3"]);
  await home.ok(["register"]);
  assert.is((await listed(home)).length, 1);
  assert.match((await told(home)).at(-1) ?? "", /^its file asks for 1, which ends the scale to 3 \(ghost register\)/);
});

test.run();
