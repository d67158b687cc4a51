import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { ROOT, run } from "../rig/ghost.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { fakeProgram, makeMachine, PROGRAM } from "./installer.ts";
import { startWebServer } from "./web-server.ts";

test.unless(needs("root", "linux") ?? cannotMount(), "a full disk: fails, says so, and leaves the old program and no rest", async () => {
  await using server = await startWebServer();
  using machine = makeMachine(server.url);
  mkdirSync(machine.home);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", machine.home]);
  try {
    server.publish(PROGRAM, fakeProgram("1.0.0"));
    assert.is((await machine.install()).code, 0);
    server.publish(PROGRAM, Buffer.concat([fakeProgram("2.0.0"), Buffer.alloc(2_000_000, "#")]));
    const { code, stderr } = await machine.install();
    assert.is(code, 1);
    assert.match(stderr, /cannot download[\s\S]*room on the disk/);
    assert.equal(machine.installed(), ["ghost"]);
    assert.is((await run([join(machine.home, "bin/ghost"), "--version"])).stdout, "ghost 1.0.0\n");
  } finally {
    execFileSync("umount", [machine.home]);
  }
});

test("a home that cannot be made is told", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  writeFileSync(join(machine.user, "file"), "");
  const { code, stderr } = await machine.install([], { GHOST_HOME: join(machine.user, "file/home") });
  assert.is(code, 1);
  assert.match(stderr, /cannot make .*file\/home[\s\S]*hint: set GHOST_HOME/);
});

test("from a checkout it is built and installed", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  const checkout = join(machine.user, "checkout");
  mkdirSync(checkout);
  copyFileSync(join(ROOT, "install.sh"), join(checkout, "install.sh"));
  writeFileSync(join(checkout, "build.ts"), "");
  writeFileSync(join(checkout, "program"), fakeProgram("3.0.0"), { mode: 0o755 });
  writeFileSync(join(checkout, "package.json"), JSON.stringify({ scripts: { build: "mkdir -p dist && cp program dist/ghost" } }));
  const { code, stderr } = await run(["sh", join(checkout, "install.sh")], { cwd: "/", env: machine.env });
  assert.is(code, 0, stderr);
  assert.match(stderr, /installed ghost 3\.0\.0/);
});

test("from a checkout that does not build nothing is installed", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  const checkout = join(machine.user, "checkout");
  mkdirSync(checkout);
  copyFileSync(join(ROOT, "install.sh"), join(checkout, "install.sh"));
  writeFileSync(join(checkout, "build.ts"), "");
  writeFileSync(join(checkout, "package.json"), JSON.stringify({ scripts: { build: "exit 3" } }));
  const { code, stderr } = await run(["sh", "install.sh"], { cwd: checkout, env: machine.env });
  assert.is(code, 1);
  assert.match(stderr, /cannot build from source/);
  assert.not(existsSync(machine.home));
});

test("--purge refuses a folder that is no home of ghost's", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  const precious = join(machine.user, "precious");
  mkdirSync(precious);
  writeFileSync(join(precious, "thesis.txt"), "");
  for (const home of [precious, machine.user, "/"])
    assert.is((await machine.install(["--uninstall", "--purge"], { GHOST_HOME: home })).code, 1);
  assert.ok(existsSync(join(precious, "thesis.txt")));
});

test.run();

function cannotMount(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "mt"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder], { stdio: "ignore" });
    return null;
  } catch {
    return "needs the right to mount";
  } finally {
    rmSync(folder, { recursive: true });
  }
}
