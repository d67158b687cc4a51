import { existsSync, mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeApp } from "../../runtime/apps/make-app.ts";
import type { Template } from "../../runtime/apps/template.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const TEMPLATE: Template = {
  name: "mine",
  origin: "/mine",
  about: "",
  sdk: "none",
  files: [{ path: ".ghost.yaml", bytes: Buffer.from("app: { id: two }\n"), executable: false }],
  leftOut: [],
};

test("of two apps of one name that are made at once in two places, one is refused, and nothing of it is left", async () => {
  await using home = makeHome();
  const make = (folder: string) =>
    makeApp({ name: "two", description: "", template: TEMPLATE, home: home.dir, folder: join(home.work, folder) });
  const [first, second] = await Promise.allSettled([make("two"), make("two2")]);
  assert.equal([first.status, second.status], ["fulfilled", "rejected"]);
  assert.is((second as PromiseRejectedResult).reason.code, "NAME_TAKEN");
  assert.is(readlinkSync(join(home.dir, "ghosts/two")), join(home.work, "two"));
  assert.not(existsSync(join(home.work, "two2")));
});

test("an app that is linked and still being written is no alarm, and is found as soon as it is there", async () => {
  await using home = makeHome();
  const draft = join(home.work, `.hello.${process.pid}.ghost-draft`);
  home.write(`.hello.${process.pid}.ghost-draft/.ghost.yaml`, "type: service\n");
  writeFileSync(join(draft, "app.js"), "");
  mkdirSync(join(home.dir, "ghosts"), { recursive: true });
  symlinkSync(join(home.work, "hello"), join(home.dir, "ghosts/hello"));
  await home.ok(["daemon", "start"]);
  assert.not.match((await home.ok(["daemon", "status"])).stdout, /leads nowhere/);
  renameSync(draft, join(home.work, "hello"));
  await waitFor(async () => (await home.ghost(["status", "hello"])).code === 0, { what: "the app to be found" });
  assert.not.match(readFileSync(join(home.dir, "logs/daemon.log"), "utf8"), /leads nowhere|was mended/);
});

test.run();
