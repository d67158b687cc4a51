import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { onTerminal } from "../cli/on-terminal.ts";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { makePythonOf, makeSdkOf } from "./old-sdk.ts";

interface Version {
  readonly version: string;
  readonly build: string;
}

interface Updated {
  readonly app: string;
  readonly sdk: string;
  readonly from: Version | null;
  readonly to: Version | null;
  readonly changed: boolean;
  readonly error?: { readonly message: string; readonly details: { readonly edits: readonly string[] | null } };
}

interface Listed {
  readonly brings: { readonly typescript: Version; readonly python: Version };
  readonly apps: readonly {
    readonly app: string;
    readonly standing: string;
    readonly edits: readonly string[] | null;
    readonly copied: boolean;
  }[];
}

/** Node 20 does not run the TypeScript of apps. */
const isCompiled = GHOST.length === 1;

async function create(home: Home, name: string, template = "basic"): Promise<string> {
  return (await home.ok(["create", name, "--template", template, "--json"])).json<{ folder: string }>().folder;
}

const update = async (home: Home, ...args: string[]) => (await home.ok(["sdk", "update", ...args, "--json"])).json<Updated[]>();
const list = async (home: Home, ...args: string[]) => (await home.ok(["sdk", "list", ...args, "--json"])).json<Listed>();

/** Everything in a folder, by path. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "utf8")]));
}

test("an app that was just made has this ghost's SDK, and an update leaves it as it is", async () => {
  await using home = makeHome();
  const folder = await create(home, "shop");
  await create(home, "snake", "python");
  const before = contents(folder);
  const { apps, brings } = await list(home);
  assert.equal(
    apps.map(({ app, standing, edits }) => [app, standing, edits]),
    [
      ["shop", "current", []],
      ["snake", "current", []],
    ],
  );
  assert.match(brings.typescript.version, /^\d+\.\d+\.\d+$/);
  const [shop] = await update(home, "shop");
  assert.equal([shop?.changed, shop?.from, shop?.to], [false, brings.typescript, brings.typescript]);
  assert.equal(contents(folder), before);
  assert.match((await home.ok(["sdk", "update", "shop"])).stderr, /✓ shop: ghost-sdk is up to date, \d/);
  assert.is((await home.ok(["sdk", "--quiet"])).stdout, "");
});

test("an older SDK becomes this ghost's, as a new app has it, and is told with both versions", async () => {
  await using home = makeHome();
  const [folder, fresh] = [await create(home, "shop"), await create(home, "fresh")];
  const build = makeSdkOf("0.0.9", folder);
  const { apps, brings } = await list(home);
  assert.equal(
    apps.map(({ app, standing }) => [app, standing]),
    [
      ["fresh", "current"],
      ["shop", "older"],
    ],
  );
  assert.is((await home.ok(["sdk", "--quiet"])).stdout, "shop\n");
  const own = `${brings.typescript.version} (build ${brings.typescript.build})`;
  const { stderr } = await home.ok(["sdk", "update", "shop"]);
  assert.match(stderr, `✓ shop: ghost-sdk 0.0.9 (build ${build}) → ${own}`);
  assert.match(stderr, "ghost restart NAME");
  const there = (app: string) => Object.entries(contents(join(app, "vendor"))).map(([path, text]) => [path.slice(app.length), text]);
  assert.equal(there(folder), there(fresh));
  assert.equal(readdirSync(join(folder, "vendor")), ["ghost-sdk"]);
  if (isCompiled) assert.match((await home.ok(["test", "shop"])).stderr, /\b0 fail\b/);
});

test("the Python client is brought up to date, too", async () => {
  await using home = makeHome();
  const [folder, fresh] = [await create(home, "snake", "python"), await create(home, "fresh", "python")];
  const build = makePythonOf("0.0.9", folder);
  const [done] = await update(home, "snake");
  assert.equal([done?.sdk, done?.from, done?.changed], ["ghost.py", { version: "0.0.9", build }, true]);
  assert.is(readFileSync(join(folder, "ghost.py"), "utf8"), readFileSync(join(fresh, "ghost.py"), "utf8"));
  assert.equal(readdirSync(folder).sort(), readdirSync(fresh).sort());
});

test("what was edited by hand is left alone and named, unless it is forced", async () => {
  await using home = makeHome();
  const [folder, snake] = [await create(home, "shop"), await create(home, "snake", "python")];
  makeSdkOf("0.0.9", folder);
  makePythonOf("0.0.9", snake);
  writeFileSync(join(folder, "vendor/ghost-sdk/index.js"), "mine\n");
  writeFileSync(join(folder, "vendor/ghost-sdk/mine.js"), "mine\n");
  writeFileSync(join(snake, "ghost.py"), readFileSync(join(snake, "ghost.py"), "utf8").replace("import base64", "import base64, mine"));
  const [before, pythonBefore] = [contents(folder), contents(snake)];
  const edits = ["vendor/ghost-sdk/index.js", "vendor/ghost-sdk/mine.js"];
  assert.equal((await list(home, "shop")).apps[0]?.edits, edits);
  const { code, stderr } = await home.ghost(["sdk", "update", "shop"]);
  assert.is(code, 1);
  assert.match(stderr, `cannot update ${join(home.dir, "ghosts/shop/vendor/ghost-sdk")}: edited by hand: ${edits.join(", ")}`);
  assert.match(stderr, "--force");
  const both = await home.ghost(["sdk", "update", "--all", "--json"]);
  assert.is(both.code, 1);
  assert.equal(
    both.json<Updated[]>().map(({ app, changed, error }) => [app, changed, error?.details.edits]),
    [
      ["shop", false, edits],
      ["snake", false, ["ghost.py"]],
    ],
  );
  assert.equal([contents(folder), contents(snake)], [before, pythonBefore]);
  assert.equal(
    (await update(home, "--all", "--force")).map(({ app, changed }) => [app, changed]),
    [
      ["shop", true],
      ["snake", true],
    ],
  );
  assert.equal(
    (await list(home)).apps.map(({ standing, edits }) => [standing, edits]),
    [
      ["current", []],
      ["current", []],
    ],
  );
  assert.not(existsSync(join(folder, "vendor/ghost-sdk/mine.js")));
});

test("a copy that does not say what it was, or is of a newer ghost, is replaced only when it is forced", async () => {
  await using home = makeHome();
  const [folder, newer] = [await create(home, "shop"), await create(home, "newer")];
  rmSync(join(folder, "vendor/ghost-sdk/files.json"));
  makeSdkOf("999.0.0", newer);
  assert.equal(
    (await list(home)).apps.map(({ app, standing, edits }) => [app, standing, edits]),
    [
      ["newer", "newer", []],
      ["shop", "unknown", null],
    ],
  );
  assert.match((await home.ghost(["sdk", "update", "shop"])).stderr, "whether it was edited by hand cannot be told");
  assert.match((await home.ghost(["sdk", "update", "newer"])).stderr, "it is of 999.0.0");
  assert.equal(
    (await update(home, "--all", "--force")).map(({ changed }) => changed),
    [true, true],
  );
});

test("without a name it is the app in this folder; a path means one that the home does not know", async () => {
  await using home = makeHome();
  const folder = await create(home, "shop");
  rmSync(join(home.dir, "ghosts/shop"));
  makeSdkOf("0.0.9", folder);
  assert.equal((await list(home)).apps, []);
  assert.equal((await list(home, "./shop")).apps[0]?.standing, "older");
  assert.is((await home.ghost(["sdk", "update"])).code, 2);
  const here = await home.ok(["sdk", "update", "--json"], { cwd: folder });
  assert.equal(
    here.json<Updated[]>().map(({ app, changed }) => [app, changed]),
    [[".", true]],
  );
  assert.is((await home.ghost(["sdk", "update", "nobody"])).code, 3);
});

test("a lost copy, and lost files of one, come back; an app that gets its SDK elsewhere is no business of it", async () => {
  await using home = makeHome();
  const [lost, torn, other] = [await create(home, "lost"), await create(home, "torn"), await create(home, "other")];
  rmSync(join(lost, "vendor"), { recursive: true });
  rmSync(join(torn, "vendor/ghost-sdk/testing.js"));
  rmSync(join(other, "vendor"), { recursive: true });
  writeFileSync(join(other, "package.json"), '{"dependencies":{"ghost-sdk":"^1.0.0"}}');
  assert.equal(
    (await update(home, "--all")).map(({ app, changed }) => [app, changed]),
    [
      ["lost", true],
      ["torn", true],
    ],
  );
  assert.ok(existsSync(join(lost, "node_modules/ghost-sdk/testing.js")));
  assert.ok(existsSync(join(torn, "vendor/ghost-sdk/testing.js")));
  assert.is((await home.ghost(["sdk", "update", "other"])).code, 3);
});

test("a copy that several apps share is replaced where it lies, and one that a package manager made is told", async () => {
  await using home = makeHome();
  const [folder, installed] = [await create(home, "shop"), await create(home, "installed")];
  mkdirSync(join(home.work, "shared"));
  renameSync(join(folder, "vendor/ghost-sdk"), join(home.work, "shared/sdk"));
  symlinkSync("../../shared/sdk", join(folder, "vendor/ghost-sdk"));
  makeSdkOf("0.0.9", folder);
  assert.is((await update(home, "shop"))[0]?.changed, true);
  assert.not(existsSync(join(home.work, "shared/sdk/long-gone.js")));
  assert.not(existsSync(join(folder, "vendor/ghost-sdk/long-gone.js")));
  rmSync(join(installed, "node_modules/ghost-sdk"));
  cpSync(join(installed, "vendor/ghost-sdk"), join(installed, "node_modules/ghost-sdk"), { recursive: true });
  assert.is((await list(home, "installed")).apps[0]?.copied, true);
  assert.match((await home.ok(["sdk", "update", "installed"])).stderr, "node_modules/ghost-sdk is a copy that a package manager made");
});

test("doctor names apps with another SDK, each with what brings it up to date", async () => {
  await using home = makeHome();
  const [folder, snake] = [await create(home, "shop"), await create(home, "snake", "python")];
  const sdk = async () => {
    const { findings } = (await home.ghost(["doctor", "--json"])).json<{
      findings: { grade: string; subject: string; message: string; hint?: string }[];
    }>();
    return findings.filter(({ subject }) => subject === "sdk").map(({ grade, message, hint }) => [grade, message, hint]);
  };
  assert.equal(await sdk(), [["good", "2 apps have copies of the SDK, this ghost's", undefined]]);
  const build = makeSdkOf("0.0.9", folder);
  const pythonBuild = makePythonOf("0.0.8", snake);
  const found = await sdk();
  assert.equal(
    found.map(([grade, , hint]) => [grade, hint]),
    [
      ["warning", "ghost sdk update shop"],
      ["warning", "ghost sdk update snake"],
    ],
  );
  assert.match(String(found[0]?.[1]), `shop has ghost-sdk 0.0.9 (build ${build}); this ghost brings `);
  assert.match(String(found[1]?.[1]), `snake has ghost.py 0.0.8 (build ${pythonBuild}); this ghost brings `);
});

test.unless(
  isCompiled ? needs("python3") : "needs the compiled binary",
  "who runs an app with an older SDK on a terminal is told once, and it runs",
  async () => {
    await using home = makeHome();
    const folder = await create(home, "shop");
    const build = makeSdkOf("0.0.9", folder);
    const { stdout } = await onTerminal(home, ["run", "shop"], { columns: 200 });
    assert.match(stdout, "hello");
    assert.is(stdout.split(`its ghost-sdk is 0.0.9 (build ${build}), not this ghost's`).length, 2, stdout);
    assert.match(stdout, "ghost sdk update shop");
    await home.ok(["sdk", "update", "shop"]);
    assert.not.match((await onTerminal(home, ["run", "shop"])).stdout, "ghost sdk update");
  },
);

test.run();
