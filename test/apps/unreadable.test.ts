import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { GHOST, type Outcome, run } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, listed, makeApp } from "./apps-rig.ts";

const NOBODY = 65534;
const SERVICE = { ".ghost.yaml": "type: service\n", "app.js": "setInterval(() => {}, 1000);\n" };

function makeFolder(...path: string[]): string {
  mkdirSync(join(...path), { recursive: true });
  return join(...path);
}

test("what is wrong with one entry of ghosts/ is told of it, and the others are found", async () => {
  await using home = makeHome();
  const ghosts = join(home.dir, "ghosts");
  linkApp(home, makeApp(home, "good", SERVICE), "good");
  symlinkSync("b", join(ghosts, "a"));
  symlinkSync("a", join(ghosts, "b"));
  mkdirSync(Buffer.concat([Buffer.from(`${ghosts}/x`), Uint8Array.of(0xff)]));
  symlinkSync("nowhere", join(makeFolder(ghosts, "half"), ".ghost.yaml"));
  const told = [
    "a/.ghost.yaml: its symbolic links lead in a circle",
    "b/.ghost.yaml: its symbolic links lead in a circle",
    "its name is not UTF-8",
    "half/.ghost.yaml: there is no such file",
  ];
  const doctor = async (): Promise<string> => (await home.ghost(["doctor", "--json"])).stdout;
  const before = await doctor();
  for (const text of told) assert.ok(before.includes(text), `${text} in ${before}`);
  await home.ok(["daemon", "start"]);
  assert.is((await listed(home)).map(({ name }) => name).join(), "good");
  const hinted = "warning: cannot use 4 entries of ghosts/: ghost doctor tells why\n";
  for (const more of [[], ["--json"]]) assert.is((await home.ok(["list", ...more])).stderr, hinted);
  for (const more of ["--quiet", "good"]) assert.is((await home.ok(["list", more])).stderr, "");
  const after = await doctor();
  for (const text of told) assert.ok(after.includes(text), `${text} in ${after}`);
  for (const name of ["a", "b"]) rmSync(join(ghosts, name));
  await waitFor(async () => !(await doctor()).includes("circle"), { what: "the circle to be forgotten" });
});

test("a ghosts/ that cannot be read takes no app away, and is told until it can", async () => {
  await using home = makeHome();
  const ghosts = join(home.dir, "ghosts");
  const leadTo = (target: string): void => {
    symlinkSync(target, `${ghosts}.next`);
    renameSync(`${ghosts}.next`, ghosts);
  };
  const elsewhere = makeFolder(home.work, "elsewhere");
  makeFolder(home.dir);
  leadTo(elsewhere);
  linkApp(home, makeApp(home, "good", SERVICE), "good");
  await home.ok(["start", "good"]);
  leadTo("nowhere");
  const doctor = async (): Promise<string> => (await home.ghost(["doctor", "--json"])).stdout;
  await waitFor(async () => (await doctor()).includes(`cannot look for apps in ${ghosts}: the link leads nowhere`), {
    what: "the trouble",
    seen: doctor,
  });
  assert.is((await listed(home))[0]?.status, "running");
  leadTo(elsewhere);
  await waitFor(async () => !(await doctor()).includes("cannot look for apps"), { what: "the trouble to be forgotten", seen: doctor });
});

test.unless(needs("root", "setpriv"), "an app whose folder may not be entered is told, and the others are found", async () => {
  await using home = makeHome();
  const ghosts = makeFolder(home.dir, "ghosts");
  const closed = makeFolder(ghosts, "closed");
  writeFileSync(join(makeFolder(ghosts, "open"), ".ghost.yaml"), "type: service\nentry: app.sh\n");
  writeFileSync(join(ghosts, "open/app.sh"), "#!/bin/sh\n", { mode: 0o755 });
  chmodSync(join(home.dir, ".."), 0o777);
  for (const path of [home.dir, ghosts]) chownSync(path, NOBODY, NOBODY);
  for (const path of [home.dir, closed]) chmodSync(path, 0o700);
  const as = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  const asNobody = (...args: string[]): Promise<Outcome> => run([...as, ...GHOST, ...args], { cwd: home.work, env: home.env });
  for (const start of [false, true]) {
    if (start) assert.is((await asNobody("daemon", "start")).code, 0);
    assert.match((await asNobody("doctor", "--json")).stdout, /closed\/\.ghost\.yaml: you have no permission/);
  }
  assert.is((await asNobody("list", "--quiet")).stdout, "ghosts/open\n");
});

test.run();
