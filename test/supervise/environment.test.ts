import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EnvironmentView } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { daemonPid, declare, launch, untilLines, untilView, view } from "./processes.ts";

/** What environment.sh adds beside `env`, and what its shell sets by itself. */
const NOT_ENVIRONMENT = /^(CWD|UMASK|NICE|UID_GID|OPEN_FILES|PWD|OLDPWD|SHLVL|_)$/;

async function environmentIn(file: string): Promise<Record<string, string>> {
  const lines = await untilLines(file);
  const pairs = lines.map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  return Object.fromEntries(pairs.filter(([key]) => !NOT_ENVIRONMENT.test(key)));
}

const HOSTILE = {
  FOO: "bar",
  BUN_OPTIONS: "",
  NODE_OPTIONS: "--no-warnings",
  LD_LIBRARY_PATH: "/nowhere",
  GHOST_MODE: "odd",
  PYTHONPATH: "/nowhere",
  npm_config_x: "y",
};

test("a process gets the documented base, Ghost's variables and what is declared, and nothing else", async () => {
  await using home = makeHome();
  const env = { ...home.env, ...HOSTILE, USER: "someone", LC_ALL: "C", TZ: "UTC", PATH: `${home.env.PATH}:/recorded` };
  await home.ok(["daemon"], { env });
  const file = join(home.work, "env");
  declare(home, {
    name: "api",
    executable: program("environment.sh"),
    args: file,
    restart: true,
    environment: { PORT: 80, EMPTY: "", TEXT: "two words = fine" },
  });
  await home.ok(["register", "--start"], { env });
  const { GHOST_PROCESS: token, ...found } = await environmentIn(file);
  assert.match(token ?? "", /^[0-9a-f]{24}$/);
  assert.equal(found, {
    HOME: home.env.HOME,
    USER: "someone",
    SHELL: "/bin/sh",
    LANG: "C.UTF-8",
    LC_ALL: "C",
    TZ: "UTC",
    TMPDIR: home.env.TMPDIR,
    PYTHONUNBUFFERED: "1",
    PATH: env.PATH,
    GHOST_HOME: home.dir,
    GHOST_HUB: join(home.dir, "run/hub.sock"),
    GHOST_PROJECT: "shop",
    GHOST_NAME: "api",
    GHOST_INSTANCE: "0",
    PORT: "80",
    EMPTY: "",
    TEXT: "two words = fine",
  });
});

test("ghost env shows what identifies the run, as long as there is one", async () => {
  await using home = makeHome();
  const file = join(home.work, "env");
  await launch(home, { name: "api", executable: program("environment.sh"), args: file, restart: true });
  const { GHOST_PROCESS: token } = await environmentIn(file);
  const shown = async () =>
    (await home.ok(["env", "api", "--json"])).json<EnvironmentView>().variables.find(({ key }) => key === "GHOST_PROCESS");
  assert.equal(await shown(), { key: "GHOST_PROCESS", value: token, origin: "ghost" });
  assert.match((await home.ok(["env", "api", "--diff"])).stdout, /no difference/);
  await home.ok(["stop", "api"]);
  assert.is(await shown(), undefined);
});

test("the next daemon gives the same environment, and the PATH that was recorded", async () => {
  await using home = makeHome();
  const env = { ...home.env, ...HOSTILE, PATH: `${home.env.PATH}:/recorded` };
  const [first, second] = [join(home.work, "first"), join(home.work, "second")];
  const script = `exec ${program("environment.sh")} $([ -e ${first} ] && echo ${second} || echo ${first})`;
  declare(home, { name: "api", command: ["sh", "-c", script], restart: true });
  await home.ok(["register", "--start"], { env });
  const { GHOST_PROCESS: tokenBefore, ...before } = await environmentIn(first);
  const pid = await daemonPid(home);
  process.kill(pid, "SIGKILL");
  await untilView(home, "api", (process) => process.status === "running");
  await home.ok(["restart", "api"]);
  const { GHOST_PROCESS: tokenAfter, ...after } = await environmentIn(second);
  assert.is.not(tokenAfter, tokenBefore);
  assert.equal(after, before);
});

test("what is removed from the file is gone after the next register", async () => {
  await using home = makeHome();
  const files = ["first", "second"].map((name) => join(home.work, name)) as [string, string];
  const api = (index: 0 | 1, environment: object) => ({
    name: "api",
    executable: program("environment.sh"),
    args: files[index],
    restart: true,
    environment,
  });
  await launch(home, api(0, { KEPT: "1", GONE: "1" }));
  assert.is((await environmentIn(files[0])).GONE, "1");
  await launch(home, api(1, { KEPT: "2" }));
  const after = await environmentIn(files[1]);
  assert.equal([after.KEPT, after.GONE], ["2", undefined]);
});

test("env_file and from_file are read anew at each start; environment wins over env_file over inherit", async () => {
  await using home = makeHome();
  home.write(".env", "FROM_ENV_FILE=one\nBOTH=env_file\nINHERITED=env_file\n");
  home.write("value", "first\n");
  const count = join(home.work, "count");
  const script = `echo x >> ${count}; exec ${program("environment.sh")} ${home.work}/env-$(wc -l < ${count} | tr -d ' ')`;
  declare(home, {
    name: "api",
    command: ["sh", "-c", script],
    restart: true,
    inherit: ["INHERITED", "ONLY_INHERITED", "UNSET"],
    env_file: ".env",
    environment: { BOTH: "environment", FILE: { from_file: "value" } },
  });
  await home.ok(["register", "--start"], { env: { ...home.env, INHERITED: "shell", ONLY_INHERITED: "shell", OTHER: "x" } });
  const first = await environmentIn(join(home.work, "env-1"));
  assert.equal(
    [first.FROM_ENV_FILE, first.BOTH, first.INHERITED, first.ONLY_INHERITED, first.FILE, first.OTHER, "UNSET" in first],
    ["one", "environment", "env_file", "shell", "first", undefined, false],
  );
  home.write(".env", "FROM_ENV_FILE=two\n");
  home.write("value", "second\n");
  await home.ok(["restart", "api"]);
  const second = await environmentIn(join(home.work, "env-2"));
  assert.equal([second.FROM_ENV_FILE, second.BOTH, second.INHERITED, second.FILE], ["two", "environment", "shell", "second"]);
});

test("inherit: true passes the registering shell's whole environment", async () => {
  await using home = makeHome();
  const file = join(home.work, "env");
  await home.ok(["daemon"]);
  declare(home, { name: "api", executable: program("environment.sh"), args: file, restart: true, inherit: true });
  await home.ok(["register", "--start"], {
    env: { ...home.env, ODD: "one", HOME: "/elsewhere", GHOST_NAME: "forged", GHOST_PROCESS: "forged" },
  });
  const found = await environmentIn(file);
  assert.equal([found.ODD, found.HOME], ["one", "/elsewhere"]);
  assert.is.not(found.GHOST_PROCESS, "forged");
  assert.is(found.GHOST_NAME, "api");
});

test("a file that is missing at the start says so", async () => {
  await using home = makeHome();
  const value = home.write("value", "x");
  declare(home, { name: "api", command: "sleep 1000", restart: "never", type: "service", environment: { FILE: { from_file: "value" } } });
  await home.ok(["register"]);
  rmSync(value);
  const { code, stderr } = await home.ghost(["start", "api"]);
  assert.is(code, 1);
  assert.match(
    stderr,
    /cannot start api: cannot read .*value: there is no such file \(create it, or mend `environment\.FILE\.from_file`\)/,
  );
});

test("a from_file that is a pipe or a device fails its own process and nothing else", async () => {
  await using home = makeHome();
  spawnSync("mkfifo", [join(home.work, "pipe")]);
  const started = await launch(
    home,
    { name: "pipe", command: "sleep 1000", environment: { A: { from_file: "./pipe" } } },
    { name: "device", command: "sleep 1000", environment: { A: { from_file: "/dev/zero" } } },
    { name: "other", command: "sleep 1000", restart: true },
  );
  assert.is(started.code, 1);
  assert.match(started.stderr, /cannot start pipe: .*not a regular file/);
  assert.match(started.stderr, /cannot start device: .*not a regular file/);
  assert.is((await view(home, "other")).status, "running");
});

test.run();
