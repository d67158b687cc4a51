// timeout: 120s
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, run } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";

test("npm pack makes a package that npm i -g installs, and its ghost runs", async () => {
  await using home = makeHome();
  const prefix = join(home.work, "prefix");
  mkdirSync(prefix);
  // The build is there already: --ignore-scripts leaves out `prepack`, which would make it again.
  const npm = (args: string[], cwd: string) =>
    run(["npm", ...args], { cwd, env: { ...home.env, npm_config_cache: join(home.work, "cache") }, limitMs: 60_000 });
  const packed = await npm(["pack", "--ignore-scripts", "--pack-destination", home.work], ROOT);
  assert.is(packed.code, 0, packed.stderr);
  const archive = readdirSync(home.work).find((name) => name.endsWith(".tgz")) as string;
  const installed = await npm(["install", "--global", "--offline", "--prefix", prefix, join(home.work, archive)], home.work);
  assert.is(installed.code, 0, installed.stderr);
  const { code, stdout, stderr } = await run([join(prefix, "bin/ghost"), "version"], { cwd: home.work, env: home.env });
  assert.is(code, 0, stderr);
  assert.match(stdout, /^ghost \d+\.\d+\.\d+/);
});

test.run();
