import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { run } from "../rig/ghost.ts";
import { waitFor } from "../rig/wait.ts";
import { fakeProgram, makeMachine, PROGRAM, SCRIPT } from "./installer.ts";
import { startWebServer } from "./web-server.ts";

test("installs the program of this platform and says how to set PATH", async () => {
  await using server = await startWebServer();
  using machine = makeMachine(server.url);
  server.publish(PROGRAM, fakeProgram("1.0.0"));
  const { code, stderr } = await machine.install();
  assert.is(code, 0, stderr);
  assert.equal(machine.installed(), ["ghost"]);
  assert.is((await run([join(machine.home, "bin/ghost"), "--version"])).stdout, "ghost 1.0.0\n");
  assert.equal([statSync(machine.home).mode & 0o777, statSync(join(machine.home, "bin/ghost")).mode & 0o777], [0o700, 0o755]);
  assert.match(stderr, /installed ghost 1\.0\.0/);
  assert.ok(stderr.includes(`export PATH="${machine.home}/bin:$PATH"`), stderr);
  assert.ok(stderr.includes(".bashrc"), stderr);
  assert.not(existsSync(join(machine.user, ".bashrc")));
});

test("--modify-path writes one line, once, and --uninstall takes it back", async () => {
  await using server = await startWebServer();
  using machine = makeMachine(server.url);
  server.publish(PROGRAM, fakeProgram("1.0.0"));
  const file = join(machine.user, ".bashrc");
  writeFileSync(file, "alias ll='ls -l'\n");
  for (let times = 0; times < 2; times++) await machine.install(["--modify-path"]);
  assert.is(readFileSync(file, "utf8").match(/# ghost/g)?.length, 1);
  await machine.install(["--uninstall"]);
  assert.is(readFileSync(file, "utf8").trim(), "alias ll='ls -l'");
});

test("--version takes that version's folder", async () => {
  await using server = await startWebServer();
  using machine = makeMachine(server.url);
  server.publish(`/v2.1.0${PROGRAM}`, fakeProgram("2.1.0"));
  assert.is((await machine.install(["--version", "v2.1.0"])).code, 0);
  assert.is((await run([join(machine.home, "bin/ghost"), "--version"])).stdout, "ghost 2.1.0\n");
});

test("puts a new version in the place of an old one, even while that runs", async () => {
  await using server = await startWebServer();
  using machine = makeMachine(server.url);
  for (const version of ["1.0.0", "1.1.0"]) {
    server.publish(PROGRAM, fakeProgram(version));
    assert.is((await machine.install()).code, 0);
    assert.is((await run([join(machine.home, "bin/ghost"), "--version"])).stdout, `ghost ${version}\n`);
  }
  assert.equal(machine.installed(), ["ghost"]);
});

const failures: readonly (readonly [string, RegExp, (server: Awaited<ReturnType<typeof startWebServer>>) => void])[] = [
  [
    "a program that is not what its hash says",
    /its SHA-256 is [0-9a-f]{64}, expected 0{64}/,
    (server) => {
      server.publish(PROGRAM, fakeProgram("2.0.0"));
      server.put(`${PROGRAM}.sha256`, { kind: "file", bytes: `${"0".repeat(64)}  x\n` });
    },
  ],
  [
    "a download that breaks off",
    /cannot download .*exit code 18/,
    (server) => {
      server.publish(PROGRAM, fakeProgram("2.0.0"));
      server.put(PROGRAM, { kind: "truncated", bytes: fakeProgram("2.0.0") });
    },
  ],
  ["a server without the program", /cannot download .*exit code 22/, () => undefined],
  [
    "a page in the place of the hash",
    /holds no SHA-256/,
    (server) => {
      server.publish(PROGRAM, fakeProgram("2.0.0"));
      server.put(`${PROGRAM}.sha256`, { kind: "file", bytes: "<html>sign in</html>" });
    },
  ],
  ["a program that cannot run here", /cannot run the new program/, (server) => server.publish(PROGRAM, Buffer.from("\x7fELF not really"))],
];

for (const [what, message, prepare] of failures) {
  test(`${what}: fails, and leaves nothing behind`, async () => {
    await using server = await startWebServer();
    using machine = makeMachine(server.url);
    prepare(server);
    const { code, stderr } = await machine.install();
    assert.is(code, 1);
    assert.match(stderr, message);
    assert.not(existsSync(machine.home));
  });

  test(`${what}: the installed program stays`, async () => {
    await using server = await startWebServer();
    using machine = makeMachine(server.url);
    const old = join(machine.home, "bin/ghost");
    mkdirSync(join(machine.home, "bin"), { recursive: true });
    writeFileSync(old, fakeProgram("1.0.0"));
    chmodSync(old, 0o755);
    prepare(server);
    assert.is((await machine.install()).code, 1);
    assert.equal(machine.installed(), ["ghost"]);
    assert.is((await run([old, "--version"])).stdout, "ghost 1.0.0\n");
  });
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} in the middle of a download leaves nothing behind`, async () => {
    await using server = await startWebServer();
    using machine = makeMachine(server.url);
    server.publish(PROGRAM, fakeProgram("1.0.0"));
    server.put(PROGRAM, { kind: "stalled", bytes: fakeProgram("1.0.0") });
    const installer = machine.start();
    await waitFor(() => machine.installed()?.some((name) => statSync(join(machine.home, "bin", name)).size > 50_000), {
      what: "half of the program",
    });
    process.kill(-installer.pid, signal);
    assert.is(await installer.ended, code);
    assert.match(installer.said(), /interrupted: nothing was changed/);
    assert.not(existsSync(machine.home));
  });
}

test("an installation that was killed is cleared away by the next", async () => {
  await using server = await startWebServer();
  using machine = makeMachine(server.url);
  server.publish(PROGRAM, fakeProgram("1.0.0"));
  mkdirSync(join(machine.home, "bin"), { recursive: true });
  // No process has this pid: Linux's own limit is 2^22.
  writeFileSync(join(machine.home, "bin/.ghost.new.4194999"), "half");
  await machine.install();
  assert.equal(machine.installed(), ["ghost"]);
});

test("a copy of the script that breaks off runs nothing", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  for (const part of [0.3, 0.6, 0.9, 0.99]) {
    const { stderr } = await run(["sh"], { input: SCRIPT.slice(0, SCRIPT.length * part), env: machine.env, cwd: machine.user });
    assert.not.match(stderr, /downloading|cannot/);
    assert.not(existsSync(machine.home));
  }
});

test("wrong options are refused before anything happens", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  for (const args of [["--nope"], ["--version"], ["--purge"], ["--version", "../x"]]) {
    assert.is((await machine.install(args)).code, 2);
    assert.not(existsSync(machine.home));
  }
  assert.match((await machine.install(["--help"])).stdout, /GHOST_BASE_URL/);
});

test.run();
