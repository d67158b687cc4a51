import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import * as assert from "uvu/assert";
import { pumpWorkerPlugin } from "../../runtime/logs/bundle-plugin.ts";
import { test } from "../rig/test.ts";
import { makePlace, type Place } from "./place.ts";

const PROGRAM = fileURLToPath(new URL("./programs/pump-once.ts", import.meta.url));

async function runBundled(place: Place, command: readonly string[]): Promise<unknown> {
  const outfile = join(place.dir, "program.cjs");
  await build({
    entryPoints: [PROGRAM],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    plugins: [pumpWorkerPlugin()],
  });
  mkdirSync(join(place.dir, "home"));
  const [file = "", ...args] = command;
  return JSON.parse(execFileSync(file, [...args, outfile, join(place.dir, "home")], { encoding: "utf8" }));
}

test("the bundle brings the pump's thread along", async () => {
  using place = makePlace();
  assert.equal(await runBundled(place, [process.execPath]), { right: 10, pump: "thread" });
});

test("Node, which has no FFI, pumps on its main thread", async () => {
  using place = makePlace();
  assert.equal(await runBundled(place, ["node"]), { right: 10, pump: "stream" });
});

const deno = fileURLToPath(new URL("../../node_modules/.bin/deno", import.meta.url));

test.unless(existsSync(deno) ? null : "the package deno is not installed", "so does Deno", async () => {
  using place = makePlace();
  assert.equal(await runBundled(place, [deno, "run", "--allow-all"]), { right: 10, pump: "stream" });
});

test.run();
