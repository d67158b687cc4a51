// timeout: 120s
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import * as assert from "uvu/assert";
import { parseAppFile } from "../../core/config/app-file.ts";
import { GHOST, type Outcome, ROOT, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { nodeWithTypes } from "./node-runtime.ts";

const TYPESCRIPT = ["basic", "service", "web-api", "worker", "saga"];
const TSC = join(ROOT, "node_modules/.bin/tsc");
const isCompiled = GHOST.length === 1;
const node = await nodeWithTypes();

/** Makes an app of a name that its template does not have, and gives its folder. */
async function made(home: Home, template: string): Promise<string> {
  const { folder } = (await home.ok(["create", "My_App-1", "--template", template, "--json"])).json<{ folder: string }>();
  return folder;
}

/** The program under test as the Bun that it is, in an app. */
function asBun(home: Home, folder: string, args: readonly string[]): Promise<Outcome> {
  return run([...GHOST, ...args], { cwd: folder, env: { ...home.env, BUN_BE_BUN: "1" } });
}

function assertOk({ code, stdout, stderr }: Outcome): void {
  assert.is(code, 0, stdout + stderr);
}

/** What a bundler or a compiler makes of a file for a Node that cannot read types. */
async function stripTypes(file: string): Promise<void> {
  const { code } = await transform(readFileSync(file, "utf8"), { loader: "ts", target: "node20", format: "esm" });
  writeFileSync(file.replace(/\.ts$/, ".js"), code.replace(/from "(\.\/[^"]+)\.ts"/g, 'from "$1.js"'));
  rmSync(file);
}

for (const template of TYPESCRIPT) {
  test(`${template}: its .ghost.yaml says what it is`, async () => {
    await using home = makeHome();
    const path = join(await made(home, template), ".ghost.yaml");
    const { app, diagnostics } = parseAppFile({ path, text: readFileSync(path, "utf8") }, { environment: {} });
    assert.equal([app?.id, app?.entry, diagnostics], ["My_App-1", "app.ts", []]);
  });

  test(`${template}: its types are right with nothing installed`, async () => {
    await using home = makeHome();
    assertOk(await run([TSC], { cwd: await made(home, template) }));
  });

  test.unless(isCompiled ? null : "needs the compiled binary", `${template}: its tests pass with the runtime inside Ghost`, async () => {
    await using home = makeHome();
    const outcome = await asBun(home, await made(home, template), ["test"]);
    assertOk(outcome);
    assert.match(outcome.stderr, /\b0 fail\b/);
  });

  test.unless(node ? null : "needs node ≥ 22.18", `${template}: its tests pass with Node`, async () => {
    await using home = makeHome();
    const outcome = await run([node as string, "--test"], { cwd: await made(home, template), env: home.env });
    assertOk(outcome);
    assert.match(outcome.stdout, /\bfail 0\b/);
  });

  test.unless(needs("node"), `${template}: its tests pass with the Node of PATH, from 20 on, once its types are stripped`, async () => {
    await using home = makeHome();
    const folder = await made(home, template);
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) await stripTypes(join(folder, file));
    const outcome = await run(["node", "--test"], { cwd: folder, env: home.env });
    assertOk(outcome);
    assert.match(outcome.stdout, /\bfail 0\b/);
    assert.not.match(outcome.stdout, /\btests 0\b/);
  });
}

test("an app's types are right with Node's own types, too, once these are installed", async () => {
  await using home = makeHome();
  const folder = await made(home, "web-api");
  mkdirSync(join(folder, "node_modules/@types"));
  for (const name of ["@types/node", "undici-types"]) symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  const outcome = await run([TSC, "--listFiles"], { cwd: folder });
  assertOk(outcome);
  assert.match(outcome.stdout, "node_modules/@types/node/http.d.ts");
  assert.not.match(outcome.stdout, `${folder}/types/node`);
});

test.unless(isCompiled ? null : "needs the compiled binary", "basic: it runs with the runtime inside Ghost", async () => {
  await using home = makeHome();
  const outcome = await asBun(home, await made(home, "basic"), ["run", "app.ts", "Ada"]);
  assertOk(outcome);
  assert.match(outcome.stdout, "hello, Ada");
});

test("the SDK belongs to the app's own files, and npm's link to it is there", async () => {
  await using home = makeHome();
  const folder = await made(home, "basic");
  assert.is(readlinkSync(join(folder, "node_modules/ghost-sdk")), "../vendor/ghost-sdk");
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  assert.equal(dependencies, { "ghost-sdk": "file:./vendor/ghost-sdk" });
  assert.match(readFileSync(join(folder, "node_modules/ghost-sdk/package.json"), "utf8"), '"ghost-sdk"');
});

test.unless(needs("npm"), "npm install finds the SDK without a network, and leaves it as it is", async () => {
  await using home = makeHome();
  const folder = await made(home, "basic");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, devDependencies: {} }));
  assertOk(await run(["npm", "install", "--offline", "--no-audit", "--no-fund"], { cwd: folder, env: home.env }));
  assert.is(readlinkSync(join(folder, "node_modules/ghost-sdk")), "../vendor/ghost-sdk");
  assert.ok(existsSync(join(folder, "vendor/ghost-sdk/index.js")));
});

test.run();
