import { once } from "node:events";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { inForeground } from "../cli/foreground.ts";
import { GHOST } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";

const ENVIRONMENT = `const text: string = JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() });\nconsole.log(text);\n`;

test("runs the app of this folder, with its arguments, in its folder, and passes its exit code on", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: hello, version: 1.2.3 }\nargs: [first]\n");
  home.write("app.ts", `${ENVIRONMENT}process.exitCode = 7;\n`);
  const env = { ...home.env, MINE: "kept", GHOST_PROCESS: "somebody else's", BUN_OPTIONS: "--smol" };
  const { code, stdout } = await home.ghost(["run", "--args", "a 'b c'", "--", "--d"], { env });
  assert.is(code, 7);
  const told = JSON.parse(stdout) as { args: string[]; env: Record<string, string>; cwd: string };
  assert.equal(told.args, ["first", "a", "b c", "--d"]);
  assert.is(told.cwd, home.work);
  assert.is(told.env.MINE, "kept");
  assert.is(told.env.GHOST_HOME, home.dir);
  assert.is(told.env.GHOST_NAME, "hello");
  assert.is(told.env.GHOST_INSTANCE, "0");
  assert.is(told.env.GHOST_HUB, join(home.dir, "run/hub.sock"));
  assert.match(told.env.GHOST_TOKEN ?? "", /^hello\./);
  assert.is(JSON.parse(told.env.GHOST_CONFIG ?? "").app.version, "1.2.3");
  assert.is.not(told.env.GHOST_PROCESS, "somebody else's");
  assert.not.ok(Object.keys(told.env).some((name) => name.startsWith("BUN_")));
});

test("needs no other runtime, and what the app starts is not Bun by mistake", async () => {
  await using home = makeHome();
  home.write(
    "app.ts",
    `import { execFileSync, fork } from "node:child_process";
if (process.send) process.send(process.env.BUN_BE_BUN ?? "clean");
else {
  console.log(execFileSync(process.env.BINARY!, ["version"], { encoding: "utf8" }).trim());
  console.log(execFileSync(process.execPath, ["-e", "console.log(1 + 1)"], { encoding: "utf8" }).trim());
  fork(import.meta.filename).on("message", (said) => console.log(said));
}
`,
  );
  const env = { ...home.env, PATH: "/nowhere", BINARY: process.env.GHOST_BIN ?? join(import.meta.dirname, "../../dist/ghost") };
  const { stdout, stderr } = await home.ok(["run", "app.ts"], { env });
  const [version, sum, child] = stdout.trim().split("\n");
  assert.match(version ?? "", /^ghost \d/, stderr);
  assert.is(sum, "2");
  assert.is(child, "clean");
});

test("a single file finds ghost-sdk although it is no app's, and one that has another keeps that", async () => {
  await using home = makeHome();
  home.write(
    "lone.ts",
    `import { G } from "ghost-sdk";\nimport { useGhostForTesting } from "ghost-sdk/testing";\nG.info(typeof useGhostForTesting);\n`,
  );
  const env = { ...home.env, PATH: "/nowhere" };
  const lone = await home.ok(["run", "lone.ts"], { env });
  assert.match(lone.stdout + lone.stderr, /function/);
  home.write("node_modules/ghost-sdk/package.json", `{ "main": "index.js" }`);
  home.write("node_modules/ghost-sdk/index.js", `exports.G = { info: () => console.log("another") };\n`);
  home.write("other.ts", `import { G } from "ghost-sdk";\nG.info();\n`);
  assert.is((await home.ok(["run", "other.ts"], { env })).stdout, "another\n");
  home.write("lone.test.ts", `import { test } from "node:test";\nimport "ghost-sdk";\ntest("one", () => {});\n`);
  assert.match((await home.ok(["test", "lone.test.ts"], { env })).stderr, /1 pass/);
});

test("obeys neither the folder's .env nor anything from a registry", async () => {
  await using home = makeHome();
  home.write(".env", "FROM_FILE=1\n");
  home.write(
    "app.ts",
    `console.log(process.env.FROM_FILE ?? "unset");\ntry { await import("is-odd"); } catch { console.log("not fetched"); }\n`,
  );
  assert.is((await home.ok(["run", "app.ts"])).stdout, "unset\nnot fetched\n");
});

test("an app is found by its name in ghosts/, by its folder and by its file", async () => {
  await using home = makeHome();
  home.write("place/.ghost.yaml", "entry: start.js\n");
  home.write("place/start.js", `console.log(process.env.GHOST_NAME, process.cwd());\n`);
  mkdirSync(join(home.dir, "ghosts"), { recursive: true, mode: 0o700 });
  chmodSync(home.dir, 0o700);
  symlinkSync(join(home.work, "place"), join(home.dir, "ghosts", "linked"));
  assert.match((await home.ok(["run", "linked"], { cwd: "/" })).stdout, /^linked /);
  assert.match((await home.ok(["run", "place"])).stdout, /^place /);
  assert.match((await home.ok(["run", "place/.ghost.yaml"])).stdout, /^place /);
  assert.is((await home.ok(["run", "place/start.js"])).stdout, `start ${home.work}\n`);
});

test("what is no app is told with the remedy, and 125", async () => {
  await using home = makeHome();
  const here = await home.ghost(["run"]);
  assert.is(here.code, 125);
  assert.match(here.stderr, "cannot run what is in");
  assert.match(here.stderr, "ghost create NAME");
  const named = await home.ghost(["run", "nobody", "--json"]);
  assert.is(named.code, 125);
  assert.is(named.json<{ error: { code: string } }>().error.code, "NOT_FOUND");
  home.write("broken/.ghost.yaml", "entry: gone.ts\n");
  const broken = await home.ghost(["run", "broken"]);
  assert.is(broken.code, 125);
  assert.match(broken.stderr, "gone.ts");
  assert.match(broken.stderr, /^error: nothing was run: 1 error in the configuration$/m);
  home.write("plain.txt", "text\n");
  assert.is((await home.ghost(["run", "plain.txt"])).code, 125);
});

test("what is misspelt is told with what was meant, and the app's arguments with where they belong", async () => {
  await using home = makeHome();
  home.write("hello/.ghost.yaml", "type: oneshot\n");
  home.write("hello/app.js", "console.log(process.argv[2]);\n");
  mkdirSync(join(home.dir, "ghosts"), { recursive: true, mode: 0o700 });
  chmodSync(home.dir, 0o700);
  symlinkSync(join(home.work, "hello"), join(home.dir, "ghosts", "greeter"));
  const said = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await home.ghost(args);
    assert.is(code, 125, stderr);
    return stderr;
  };
  const named = await said("run", "greter");
  assert.match(named, "cannot run greter: neither ");
  symlinkSync("moved", join(home.dir, "ghosts/gone"));
  for (const verb of ["run", "test"])
    assert.match(await said(verb, "gone"), new RegExp(`cannot ${verb} gone: the link \\S+/ghosts/gone leads to no app\nhint: ls -l `));
  assert.match(named, "did you mean greeter? Else ghost create greter makes an app of that name");
  assert.match(await said("run", "helo"), "did you mean hello?");
  const path = await said("run", "./hello/../helo");
  assert.match(path, `cannot run ./hello/../helo: there is no ${join(home.work, "helo")}`);
  assert.match(path, "did you mean ./hello/../hello?");
  assert.not.match(path, "ghosts/");
  const tested = await said("test", "greter");
  assert.match(tested, "cannot test greter: neither ");
  assert.match(tested, "did you mean greeter?\n");
  assert.match(await said("test", "nosuch"), "hint: it takes the name of an app in ghosts/, a folder with a .ghost.yaml, or a file");
  const more = await said("run", "hello/app.js", "Ada", "Bob");
  assert.match(more, "Ada is one argument too many");
  assert.match(more, 'if that is for the app: ghost run hello/app.js -- Ada Bob, or --args "Ada Bob"');
  await said("run", "--nonsense");
  const started = await home.ghost(["start", "greeter", "--", "50"]);
  assert.is(started.code, 2);
  assert.match(started.stderr, "of an app its .ghost.yaml; ghost run greeter -- 50 runs an app here, with these");
});

test("a word longer than any path may be, and one behind a closed door, are told as such", async () => {
  await using home = makeHome();
  const long = "a".repeat(5000);
  for (const args of [
    ["run", long],
    ["test", long],
    ["run", `x/${long}`],
  ]) {
    const { code, stderr } = await home.ghost(args);
    assert.is(code, 125, stderr);
    assert.match(stderr, /^error: cannot (run|test) (x\/)?a+…: its name is longer than this system allows\n/);
  }
});

test.unless(
  GHOST.length === 1 ? null : "is the business of the compiled binary",
  "a path from which the runtime loads nothing is refused with the reason, as home and as the app's",
  async () => {
    await using home = makeHome();
    home.write("app.js", "console.log(process.execPath);\n");
    for (const name of ["a?b", "a\\b"]) {
      home.write(`${name}/app.js`, "");
      const app = await home.ghost(["run", `${name}/app.js`]);
      assert.equal(
        [app.code, app.stderr.startsWith(`error: cannot run ${join(home.work, name)}/app.js: the runtime in Ghost`)],
        [125, true],
      );
      const { code, stderr } = await home.ghost(["run", "app.js", "--home", join(home.dir, "..", `h${name}`)]);
      assert.equal([code, /cannot run an app with what is in \S+: the runtime in Ghost/.test(stderr)], [125, true], stderr);
    }
    const other = join(home.dir, "..", "a #%41é");
    assert.is((await home.ok(["run", "app.js", "--home", other])).stdout, `${other}/bin/runtime/bun\n`);
    await home.ok(["daemon", "stop", "--home", other]);
  },
);

test("what is wrong with an app's file, or with its entry, is told of that, with the line", async () => {
  await using home = makeHome();
  const said = async (name: string, code: number): Promise<string> => {
    const outcome = await home.ghost(["run", `./${name}`]);
    assert.is(outcome.code, code, outcome.stderr);
    return outcome.stderr;
  };
  home.write("missing/.ghost.yaml", "app: { id: x }\nentry: nope.js\n");
  assert.match(await said("missing", 125), /missing\/\.ghost\.yaml:2:8: cannot use nope\.js as entry: there is no such file/);
  home.write("folder/.ghost.yaml", "app: { id: x }\n\nentry: sub\n");
  mkdirSync(join(home.work, "folder/sub"));
  assert.match(await said("folder", 125), /folder\/\.ghost\.yaml:3:8: cannot use sub as entry: it is a directory/);
  mkdirSync(join(home.work, "noted/.ghost.yaml"), { recursive: true });
  assert.match(await said("noted", 125), /noted\/\.ghost\.yaml: it is a directory\n.*put the directory away/);
  mkdirSync(join(home.work, "circle"));
  symlinkSync(".ghost.yaml", join(home.work, "circle/.ghost.yaml"));
  assert.match(await said("circle", 125), /circle\/\.ghost\.yaml: its symbolic links lead in a circle/);
  home.write("null/.ghost.yaml", "null\n");
  home.write("null/app.js", "");
  await said("null", 0);
});

test("the end by a signal is 128 and its number", async () => {
  await using home = makeHome();
  home.write("die.sh", "#!/bin/sh\nkill -KILL $$\n", 0o755);
  assert.is((await home.ghost(["run", "die.sh"])).code, 137);
});

test("reads what comes on standard input", async () => {
  await using home = makeHome();
  home.write("cat.ts", `process.stdin.pipe(process.stdout);\n`);
  assert.is((await home.ok(["run", "cat.ts"], { input: "through\n" })).stdout, "through\n");
});

test("SIGTERM and ^C reach the app, whose exit code counts; a second SIGTERM kills", async () => {
  await using home = makeHome();
  home.write(
    "app.sh",
    `#!/bin/sh\ntrap 'echo term; [ -n "$DEAF" ] || exit 3' TERM\ntrap 'echo int; exit 4' INT\ntrap 'echo usr1' USR1\necho ready\nwhile :; do sleep 0.05; done\n`,
    0o755,
  );
  const options = { cwd: home.work, env: home.env };
  await using first = inForeground(["run", "app.sh"], options);
  await first.said(/ready/);
  first.child.kill("SIGUSR1");
  await first.said(/usr1/);
  assert.is(await first.end("SIGTERM"), 3);
  await using second = inForeground(["run", "app.sh"], options);
  await second.said(/ready/);
  assert.is(await second.end("SIGINT"), 4);
  await using deaf = inForeground(["run", "app.sh"], { ...options, env: { ...home.env, DEAF: "1" } });
  await deaf.said(/ready/);
  deaf.child.kill("SIGTERM");
  await deaf.said(/term/);
  assert.is(await deaf.end("SIGTERM"), 137);
});

test("a service is restarted as its file says, a one-shot is not", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: phoenix }\nrestart: { policy: on-failure, delay: 10ms, max_restarts: 2 }\n");
  home.write("app.js", `console.log("run");\nprocess.exit(9);\n`);
  const { code, stdout, stderr } = await home.ghost(["run"]);
  assert.is(code, 9);
  assert.is(stdout, "run\nrun\nrun\n");
  assert.match(stderr, "ghost: phoenix exited with code 9; restarts at once");
  home.write(".ghost.yaml", "app: { id: phoenix }\n");
  assert.is((await home.ghost(["run"])).stdout, "run\n");
});

test("a service that falls again and again is given up, with its exit code", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: bad }\nrestart: { policy: always, delay: 1ms }\n");
  home.write("app.js", `console.log("run");\nprocess.exit(9);\n`);
  const { code, stdout, stderr } = await home.ghost(["run"]);
  assert.is(code, 9);
  assert.is(stdout, "run\n".repeat(6));
  assert.match(stderr, /ghost: bad exited with code 9; gave up after 5 restarts within 600 s\n$/);
});

test("each fall of a service is told, also the first of one that was never ready, and once who has its port", async () => {
  await using home = makeHome();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const check = "health_check: { tcp: '${ports.web}' }";
  home.write(
    ".ghost.yaml",
    `app: { id: web }\ntype: service\nports: { web: ${port} }\nrestart: { policy: always, delay: 1ms, max_restarts: 2 }\n${check}\n`,
  );
  home.write("app.js", "process.exit(9);\n");
  const { code, stderr } = await home.ghost(["run"]);
  server.close();
  assert.is(code, 9);
  const lines = stderr.trim().split("\n");
  assert.equal(
    lines.filter((line) => line.includes("exited")).map((line) => line.replace(/\d+ ms/, "N ms")),
    [
      "ghost: web exited with code 9; restarts at once",
      "ghost: web exited with code 9; restarts in N ms",
      "ghost: web exited with code 9; gave up after 2 restarts within 60 s",
    ],
  );
  const held = lines.filter((line) => !line.includes("exited"));
  assert.is(held.length, 1, stderr);
  assert.match(held[0] ?? "", new RegExp(`^ghost: web: port ${port} is held by \\S+ \\(pid ${process.pid}\\)$`));
});

test("of TypeScript that a Node does not run it is said what does", async () => {
  await using home = makeHome();
  const node = home.write(
    "bin/node",
    '#!/bin/sh\n[ "$1" = --version ] && echo v20.1.0 && exit\necho "Unknown file extension" >&2\nexit 1\n',
    0o755,
  );
  home.write(".ghost.yaml", "app: { id: old }\nruntime: node\n");
  home.write("app.ts", "");
  const env = { ...home.env, PATH: `${dirname(node)}:${home.env.PATH}` };
  const { code, stderr } = await home.ghost(["run"], { env });
  assert.is(code, 1);
  assert.is(
    stderr,
    "Unknown file extension\nghost: old: node v20.1.0 runs no TypeScript, 22.18 or newer does; `runtime: ghost` takes the runtime that is inside of ghost\n",
  );
});

test.unless(needs("linux"), "what an app leaves behind when it fails is ended, and what it leaves when all is well stays", async () => {
  await using home = makeHome({ expectLeftovers: true });
  home.write("fork.sh", "#!/bin/sh\nsleep 1000 >/dev/null 2>&1 &\necho $!\nsetsid sleep 1000 >/dev/null 2>&1 &\necho $!\nexit $1\n", 0o755);
  const run = async (code: number): Promise<boolean[]> => {
    const outcome = await home.ghost(["run", "fork.sh", "--", String(code)]);
    assert.is(outcome.code, code, outcome.stderr);
    if (code !== 0) assert.match(outcome.stderr, "what it left behind is being ended");
    return outcome.stdout.trim().split("\n").map(Number).map(isAlive);
  };
  assert.equal(await run(3), [false, false]);
  assert.equal(await run(0), [true, true]);
});

test.unless(needs("linux"), "an app whose output nobody reads any more is ended", async () => {
  await using home = makeHome();
  home.write("quiet.js", "console.log(1);\nconsole.log(2);\nsetInterval(() => {}, 1000);\n");
  await using session = inForeground(["run", "quiet.js"], { cwd: home.work, env: home.env });
  await session.said(/2/);
  session.child.stdout?.destroy();
  assert.is(await session.ended, 141);
  assert.match(session.text(), "quiet is ended, for nobody reads its output any more");
});

test("a service whose folder is gone says what is wrong at each try, and is given up", async () => {
  await using home = makeHome();
  home.write("svc/.ghost.yaml", "type: service\nrestart: { policy: always, delay: 10ms, max_restarts: 3 }\n");
  home.write("svc/app.js", `require("node:fs").rmSync(__dirname, { recursive: true });\nprocess.exit(3);\n`);
  const { code, stderr } = await home.ghost(["run", "./svc"]);
  assert.is(code, 125);
  assert.match(stderr, /svc: there is no such directory; restarts in \d+ ms\n/);
  assert.match(stderr, /svc: there is no such directory; gave up after 3 restarts/);
});

test("a service that is interrupted is not restarted", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: svc }\nrestart: true\n");
  home.write("app.js", `process.on("SIGINT", () => process.exit(0));\nconsole.log("ready");\nsetInterval(() => {}, 1000);\n`);
  await using session = inForeground(["run"], { cwd: home.work, env: home.env });
  await session.said(/ready/);
  assert.is(await session.end("SIGINT"), 0);
  assert.is(session.out(), "ready\n");
});

test("a service that a signal to the whole group ended is not started once more, and ghost run ends as asked", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: svc }\nrestart: true\nentry: app.sh\n");
  home.write("app.sh", `#!/bin/sh\necho ready $$\nexec sleep 60\n`, 0o755);
  await using session = inForeground(["run"], { cwd: home.work, env: home.env });
  await session.said(/ready \d+/);
  process.kill(Number(/ready (\d+)/.exec(session.text())?.[1]), "SIGTERM");
  assert.is(await session.end("SIGTERM"), 143);
  assert.match(session.text(), /^ready \d+\n$/);
});

test("in an isolated run, where nobody can press ^C again, an app that ignores SIGINT is asked to end after the time of its stop", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: deaf }\ntype: service\nstop: { timeout: 200ms }\n");
  home.write("app.js", `process.on("SIGINT", () => console.log("ignored"));\nconsole.log("ready");\nsetInterval(() => {}, 1000);\n`);
  await using session = inForeground(["run", "--isolated"], { cwd: home.work, env: home.env });
  await session.said(/ready/);
  assert.is(await session.end("SIGINT"), 143);
  assert.match(session.text(), /ignored\nghost: deaf does not end at SIGINT: SIGTERM asks it to/);
});

test.run();
