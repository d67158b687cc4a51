import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { linkApp, makeApp, statusOf } from "../apps/apps-rig.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";

const SERVICE = "setInterval(() => {}, 1000);\n";

interface Written {
  readonly project: string;
  readonly processes: readonly Readonly<Record<string, unknown>>[];
}

async function exported(home: Home, ...names: readonly string[]): Promise<Written & { readonly text: string }> {
  const { stdout } = await home.ok(["export", "yaml", ...names]);
  return { ...(parse(stdout) as Written), text: stdout };
}

test("an app is exported as its folder, with what its file does not say, and registers again as it was", async () => {
  await using home = makeHome();
  const folder = makeApp(home, "api", {
    ".ghost.yaml": "type: service\nargs: [--port, '1']\nrestart: true\nenvironment: { A: a, B: b }\nwatch: true\n",
    "app.js": SERVICE,
  });
  home.write(
    "processes.yaml",
    `project: shop
processes:
  - { name: plain, app: ./api }
  - { name: other, app: ./api, args: [--port, "2"], restart: never, environment: { B: c, D: d }, instances: 2, depends_on: [plain] }
  - { name: db, command: sleep 1000, type: service }
`,
  );
  await home.ok(["register"]);
  const { project, processes } = await exported(home);
  assert.is(project, "shop");
  assert.equal(processes, [
    { name: "plain", app: folder },
    {
      name: "other",
      app: folder,
      args: ["--port", "2"],
      instances: 2,
      depends_on: { plain: { condition: "started" } },
      restart: "never",
      environment: { B: "c", D: "d" },
    },
    { name: "db", command: "sleep 1000", working_directory: home.work, type: "service" },
  ]);
  home.write("back/processes.yaml", (await exported(home)).text);
  const plan = await home.ok(["plan", "processes.yaml"]);
  await home.ok(["delete", "all"]);
  await home.ok(["register", "back/processes.yaml", "--start"]);
  assert.match(plan.stdout + plan.stderr, /nothing|unchanged|keep/i);
  const { command, kind } = await statusOf(home, "other:1");
  assert.equal([kind, command.slice(-2)], ["ghost", ["--port", "2"]]);
});

test("apps of ghosts/ are exported as their folders, and it is said that they are registered by themselves", async () => {
  await using home = makeHome();
  const folder = join(home.dir, "ghosts/hello");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, ".ghost.yaml"), "type: service\nwatch: true\n");
  writeFileSync(join(folder, "app.js"), SERVICE);
  const link = linkApp(home, makeApp(home, "gone", { ".ghost.yaml": "type: service\n", "app.js": SERVICE }), "linked");
  await home.ok(["start", "all"]);
  const { processes, text } = await exported(home);
  assert.equal(processes, [
    { name: "hello", app: folder },
    { name: "linked", app: link },
  ]);
  assert.match(text, "These apps lie in ghosts/, where Ghost finds them by itself");
});

test.run();
