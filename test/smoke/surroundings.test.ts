import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type Outcome, ROOT, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { environmentOf } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

/** Files that a runtime would obey in the folder it is started in; each would print or set something. */
function makeHostile(home: Home): void {
  home.write("evil.js", 'require("node:fs").writeFileSync(__dirname + "/obeyed", ""); console.log("EVIL");');
  home.write(".env", "GHOST_HOME=/nonexistent/from-env-file\nEVIL=1\nBUN_OPTIONS=--preload=./evil.js\n");
  for (const name of [".env.local", ".env.production", ".env.development"]) home.write(name, "GHOST_HOME=/nonexistent/from-env-file\n");
  home.write("bunfig.toml", 'preload = ["./evil.js"]\n[run]\npreload = ["./evil.js"]\n');
  home.write("package.json", '{"type":"commonjs","main":"evil.js","imports":{"#*":"./evil.js"},"bun":{"preload":"./evil.js"}}');
  home.write("tsconfig.json", '{"compilerOptions":{"paths":{"*":["./evil.js"]},"baseUrl":"."}}');
  home.write("deno.json", '{"imports":{"node:fs":"./evil.js"}}');
  for (const name of ["yaml", "cac", "picocolors", "bun"]) home.write(`node_modules/${name}/index.js`, 'require("../../evil.js");');
}

test("the binary obeys nothing in the folder it is started in", async () => {
  await using home = makeHome();
  makeHostile(home);
  assert.not.match((await home.ok(["version"])).stdout, /EVIL/);
  await home.ok(["daemon", "start"]);
  const { home: used } = (await home.ok(["daemon", "status", "--json"])).json<{ home: string }>();
  assert.is(used, home.dir);
  assert.not(obeyed(home));
});

test.unless(
  needs("node"),
  "under Node, a folder that was deleted under one's feet matters only where something is looked for in it",
  async () => {
    await using home = makeHome();
    const inGone = (...args: string[]): Promise<Outcome> =>
      run(["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec node "$@"', "sh", `${ROOT}dist/ghost.js`, ...args], {
        cwd: home.work,
        env: home.env,
      });
    assert.equal([(await inGone("list")).code, (await inGone("version")).code], [0, 0]);
    for (const [code, verb] of [
      [125, "run"],
      [1, "create"],
    ] as const) {
      const outcome = await inGone(verb, "x");
      assert.is(outcome.code, code);
      assert.match(outcome.stderr, "the folder that you are in was deleted");
    }
  },
);

test("a supervised program gets nothing of the folder, nor the settings of the runtime inside the binary", async () => {
  await using home = makeHome();
  makeHostile(home);
  const file = join(home.work, "environment");
  home.write("processes.yaml", `processes: [{ name: show, executable: ${program("environment.sh")}, args: [${file}], restart: true }]`);
  const env = { ...home.env, BUN_OPTIONS: "--smol", NODE_OPTIONS: "--no-warnings" };
  await home.ok(["register", "--start"], { env });
  const shown = await waitFor(() => readFileSync(file, "utf8"), { what: "the program to show its environment" });
  assert.not.match(shown, /^(EVIL|BUN_|NODE_OPTIONS)/m);
  const { pid } = (await home.ok(["daemon", "status", "--json"])).json<{ pid: number }>();
  const { BUN_OPTIONS, NODE_OPTIONS } = environmentOf(pid);
  assert.equal([BUN_OPTIONS, NODE_OPTIONS], [undefined, undefined]);
  assert.not(obeyed(home));
});

test.run();

function obeyed(home: Home): boolean {
  try {
    readFileSync(join(home.work, "obeyed"));
    return true;
  } catch {
    return false;
  }
}
