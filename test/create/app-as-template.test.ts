import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { listed } from "../apps/apps-rig.ts";
import { run } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";

test("an app is a template: the copy has its own name and SDK, and nothing that the first one wrote", async () => {
  await using home = makeHome();
  await home.ok(["create", "hello", "--template", "basic"]);
  const old = (path: string): string => join(home.work, "hello", path);
  for (const folder of ["data", "logs"]) mkdirSync(old(folder));
  writeFileSync(old("data/store.db"), "x");
  symlinkSync("/etc/passwd", old("data/link"));
  writeFileSync(old("logs/out.log"), "x");
  writeFileSync(old("vendor/ghost-sdk/old.js"), "");
  const { code, stderr } = await home.ok(["create", "tpl", "-t", "./hello", "--description", "a copy"]);
  assert.is(code, 0, stderr);
  const read = (path: string): string => readFileSync(join(home.work, "tpl", path), "utf8");
  assert.match(read(".ghost.yaml"), /^ {2}id: "tpl"\n {2}description: "a copy"$/m);
  assert.is(JSON.parse(read("package.json")).name, "tpl");
  assert.match(read("README.md"), /^# tpl\n/);
  assert.match(read("README.md"), /`ghost run tpl`/);
  for (const path of ["data", "logs", "vendor/ghost-sdk/old.js"]) assert.not.ok(existsSync(join(home.work, "tpl", path)), path);
  assert.ok(lstatSync(join(home.work, "tpl/node_modules/ghost-sdk")).isSymbolicLink());
  const brought = (app: string): string => readFileSync(join(home.work, app, "vendor/ghost-sdk/files.json"), "utf8");
  assert.is(brought("tpl"), brought("hello"));
  await home.ok(["start", "tpl"]);
  assert.equal((await listed(home)).map(({ name }) => name).sort(), ["hello", "tpl"]);
  assert.match((await home.ok(["test", "tpl"])).stderr, /pass/);
});

test("secrets, and what belongs to a working copy, are left behind, and that is told", async () => {
  await using home = makeHome();
  await home.ok(["create", "hello", "--template", "basic"]);
  const file = join(home.work, "hello/.ghost.yaml");
  writeFileSync(file, `${readFileSync(file, "utf8")}encryption: { key_file: ./keys/own.key }\n`);
  for (const path of [".env", "sub/.env.local", "keys/own.key", "tls.pem", ".git/HEAD", ".env.example", "keys/README"])
    home.write(`hello/${path}`, "SECRET=1");
  const { stderr } = await home.ok(["create", "copy", "-t", "./hello"]);
  const told = [".env", ".git", "keys/own.key", "node_modules", "sub/.env.local", "tls.pem"];
  assert.ok(stderr.includes(`not copied: ${told.join(", ")}\n`), stderr);
  for (const path of told.filter((path) => path !== "node_modules")) assert.not.ok(existsSync(join(home.work, "copy", path)), path);
  for (const path of [".env.example", "keys/README"]) assert.ok(existsSync(join(home.work, "copy", path)), path);
  assert.equal((await home.ok(["create", "other", "-t", "./hello", "--json"])).json<{ leftOut: string[] }>().leftOut, told);
  assert.not.match((await home.ok(["create", "new", "-t", "basic"])).stderr, /not copied/);
});

test.unless(needs("tar"), "so is one in an archive, in Python, too", async () => {
  await using home = makeHome();
  await home.ok(["create", "snake", "--template", "python"]);
  home.write("snake/data/kept", "x");
  home.write("snake/.env", "SECRET=1");
  home.write("snake/.venv/bin/python", "x");
  const packed = await run(["tar", "-czf", "snake.tar.gz", "snake"], { cwd: home.work });
  assert.is(packed.code, 0, packed.stderr);
  const client = join(home.work, "snake/ghost.py");
  assert.match((await home.ok(["create", "adder", "-t", "snake.tar.gz"])).stderr, /^not copied: \.env, \.venv, data$/m);
  assert.not.ok(existsSync(join(home.work, "adder/.env")));
  assert.match(readFileSync(join(home.work, "adder/.ghost.yaml"), "utf8"), /id: "adder"/);
  assert.is(readFileSync(join(home.work, "adder/ghost.py"), "utf8"), readFileSync(client, "utf8"));
  assert.not.ok(existsSync(join(home.work, "adder/data")));
  writeFileSync(client, `# mine\n${readFileSync(client, "utf8")}`);
  await home.ok(["create", "viper", "-t", "./snake"]);
  assert.match(readFileSync(join(home.work, "viper/ghost.py"), "utf8"), /^# mine/, "what somebody changed is theirs");
});

test.run();
