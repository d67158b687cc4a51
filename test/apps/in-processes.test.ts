import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { PlanChange } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { makeApp, statusOf } from "./apps-rig.ts";

const WRITES = `import { writeFileSync } from "node:fs";
writeFileSync("seen.json", JSON.stringify({ env: process.env, args: process.argv.slice(2), cwd: process.cwd() }));
setInterval(() => {}, 1000);
`;

test("a process may be an app: what its .ghost.yaml says, and over it what the process says", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "ghosts/api", {
    ".ghost.yaml":
      "app: { id: other, name: The API }\ncore: { settings: { type: service } }\nargs: --quiet\nenvironment: { A: app, B: app }\n",
    "app.js": WRITES,
  });
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - name: api\n    app: ./ghosts/api\n    environment: { B: shop, GHOST_CORE_MODE: production }\n",
  );
  await home.ok(["register", "--start"]);
  const seen = await waitFor(() => JSON.parse(readFileSync(join(folder, "seen.json"), "utf8")), { what: "its start" });
  assert.equal([seen.env.A, seen.env.B, seen.env.GHOST_NAME, seen.args, seen.cwd], ["app", "shop", "api", ["--quiet"], folder]);
  const { app, core } = JSON.parse(seen.env.GHOST_CONFIG);
  assert.equal([app.id, app.name, core.mode], ["api", "The API", "production"]);
  const { kind, project, type, restartPolicy } = await statusOf(home, "api");
  assert.equal([kind, project, type], ["ghost", "shop", "service"]);
  assert.match(restartPolicy, /always/);
});

test("a change of an app's file is a change of the process, and restarts it only if it has to", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "api", { ".ghost.yaml": "core: { settings: { type: service } }\n", "app.js": WRITES });
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, app: ./api }\n");
  await home.ok(["register", "--start"]);
  const plan = async (): Promise<PlanChange | undefined> =>
    (await home.ok(["plan", "--json"])).json<{ changes: PlanChange[] }>().changes[0];
  assert.is((await plan())?.action, "keep");
  writeFileSync(join(folder, ".ghost.yaml"), "core: { mode: staging, settings: { type: service } }\n");
  const change = await plan();
  assert.equal([change?.action, change?.disrupts, change?.differences.map(({ key }) => key)], ["change", false, ["core.mode"]]);
  writeFileSync(join(folder, ".ghost.yaml"), "core: { settings: { type: service } }\nargs: --loud\n");
  assert.is((await plan())?.disrupts, true);
});

test("what is wrong in the app's file is told with its place, and what is not there with the remedy", async () => {
  await using home = makeHome();
  makeApp(home, "api", { ".ghost.yaml": "core:\n  settings: { type: daemon }\n", "app.js": "" });
  home.write("processes.yaml", "processes:\n  - { name: api, app: ./api }\n");
  const wrong = await home.ghost(["register"]);
  assert.is(wrong.code, 2);
  assert.match(wrong.stderr, /api\/\.ghost\.yaml:2:21: cannot use "daemon" as core\.settings\.type/);
  home.write("processes.yaml", "processes:\n  - { name: api, app: ./nothing }\n");
  assert.match(
    (await home.ghost(["register"])).stderr,
    /processes\.yaml:2:23: cannot use .* as app of api: there is no \.ghost\.yaml in it/,
  );
  home.write("processes.yaml", "processes:\n  - { name: api, app: ./api, command: x }\n");
  assert.match((await home.ghost(["register"])).stderr, /command of api: app is given, too/);
  makeApp(home, "api", { ".ghost.yaml": "entry: main.rb\n" });
  home.write("processes.yaml", "processes:\n  - { name: api, app: ./api }\n");
  assert.match((await home.ghost(["register"])).stderr, /cannot use main\.rb as entry: there is no such file/);
});

test.run();
