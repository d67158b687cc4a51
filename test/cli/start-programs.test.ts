import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

const list = async (home: Home, ...names: string[]): Promise<ProcessView[]> => (await home.ok(["list", ...names, "--json"])).json();
/** A PATH of the system's own tools and a folder of the test's, in which the runtimes are scripts. */
const withRuntimes = (home: Home, runtimes: Readonly<Record<string, string>>): Record<string, string> => {
  const folder = join(home.work, "bin");
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(runtimes)) home.write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
  // Of the system's folders only what a shell script needs: node may lie beside it.
  for (const tool of ["sleep", "sh"]) home.write(`bin/${tool}`, `#!/bin/sh\nexec /bin/${tool} "$@"\n`, 0o755);
  return { ...home.env, PATH: folder };
};

test("TypeScript is run by whom can run it, the first in PATH, and by ghost itself where nobody else can; Python is refused then before it is registered", async () => {
  await using home = makeHome();
  home.write("app.ts", "const port: number = 1;\n");
  home.write("app.py", "print(1)\n");
  const old = withRuntimes(home, { node: 'echo v20.20.2; [ "$1" = --version ] || exit 1' });
  const refused = await home.ghost(["start", "app.py"], { env: old });
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /cannot start app\.py: neither python3 nor python is in PATH/);
  assert.match(refused.stderr, /hint: install python3/);
  assert.equal(await list(home), []);
  home.write(
    "three.ts",
    `import { G } from "ghost-sdk";\nG.info("three", { args: process.argv.slice(2) });\nsetInterval(() => {}, 1000);\n`,
  );
  assert.match((await home.ok(["start", "three.ts", "--", "-x"], { env: old })).stderr, /three\.ts is run by ghost itself/);
  await waitFor(async () => /three.*-x/.test((await home.ok(["logs", "three"])).stdout), { what: "its word" });

  const able = withRuntimes(home, { node: 'if [ "$1" = --version ]; then echo v22.18.0; else exec sleep 1000; fi' });
  assert.match((await home.ok(["start", "app.ts"], { env: able })).stderr, /app\.ts is run by node/);

  const deno = withRuntimes(home, { deno: 'echo "deno $*"\nexec sleep 1000' });
  assert.match((await home.ok(["start", "app.ts", "--name", "other", "--", "-x"], { env: deno })).stderr, /app\.ts is run by deno/);
  await waitFor(async () => (await home.ok(["logs", "other"])).stdout === `deno run -A ${home.work}/app.ts -x\n`, {
    what: "the words that deno was given",
  });
});

test("a file that is not there, or cannot be run, is refused before it is registered, with the remedy", async () => {
  await using home = makeHome();
  home.write("app.py", "");
  home.write("notes.txt", "remember\n");
  home.write("script", "echo no interpreter\n", 0o755);
  home.write("processes.yaml", "processes: []\n");
  home.write("own/.ghost.yaml", "app: { id: own }\n");
  const cases: [string, number, RegExp, RegExp][] = [
    ["ap.py", 3, /cannot start ap\.py: there is no such file/, /did you mean app\.py\?/],
    ["./nofile", 3, /cannot start \.\/nofile: there is no such file/, /taken from the folder you are in/],
    ["./notes.txt", 1, /cannot start \S*\/notes\.txt: it is not executable/, /chmod \+x \S*\/notes\.txt/],
    ["script", 1, /cannot start \S*\/script: it is neither a program nor a script that begins with #!/, /#!\/bin\/sh/],
    ["processes.yaml", 1, /not executable/, /ghost register --start \S*processes\.yaml/],
    [".", 2, /cannot start \.: it is a folder/, /ghost register --start \S*processes\.yaml/],
    ["./own", 2, /cannot start \.\/own: it is an app that is not registered/, /ghost run \S*\/own runs it; .*ln -s \S*\/own/],
  ];
  for (const [word, code, message, hint] of cases) {
    const outcome = await home.ghost(["start", word]);
    const [first = "", ...rest] = outcome.stderr.split("\n");
    assert.is(outcome.code, code, `${word}: ${outcome.stderr}`);
    assert.match(first, message);
    assert.match(rest.join("\n"), hint);
  }
  assert.equal(await list(home), []);
});

test("a program's arguments without -- start nothing, and the hint says where -- belongs", async () => {
  await using home = makeHome();
  home.write("app.py", "import time\ntime.sleep(1000)\n");
  home.write("data.txt", "");
  const cases: [string[], number, RegExp, RegExp][] = [
    [["app.py", "--port", "8080"], 2, /it has no option --port/, /put -- before it: ghost start app\.py -- --port/],
    [["app.py", "8080"], 3, /cannot find 8080/, /put -- before it: ghost start app\.py -- 8080/],
    [["app.py", "data.txt"], 1, /data\.txt: it is not executable/, /put -- before it: ghost start app\.py -- data\.txt/],
    [["app.py", "none.txt"], 3, /none\.txt: there is no such file/, /ghost start app\.py -- none\.txt/],
    [["--prt", "1"], 2, /it has no option --prt/, /ghost start PROGRAM -- --prt/],
  ];
  for (const [words, code, message, hint] of cases) {
    const outcome = await home.ghost(["start", ...words]);
    assert.is(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, message);
    assert.match(outcome.stderr, hint);
  }
  assert.equal(await list(home), []);
  await home.ok(["start", "app.py", "--name", "one"]);
  assert.is((await home.ghost(["start", "one", "nothing"])).code, 3);
  await home.ok(["start", "app.py", "one"]);
});

test("a program that the system refuses to run is forgotten again if this command registered it, and said to be", async () => {
  await using home = makeHome();
  home.write("broken", "#!/no/such/interpreter\n", 0o755);
  const { code, stderr } = await home.ghost(["start", "./broken"]);
  assert.is(code, 1);
  assert.match(stderr, /cannot start broken: .*its interpreter is missing.*; it is not registered/);
  assert.equal(await list(home), []);

  home.write("later", "#!/bin/sh\nexec sleep 1000\n", 0o755);
  await home.ok(["start", "./later"]);
  await home.ok(["stop", "later"]);
  home.write("later", "#!/no/such/interpreter\n", 0o755);
  const again = await home.ghost(["start", "./later"]);
  assert.is(again.code, 1);
  assert.not.match(again.stderr, "not registered");
  assert.equal(
    (await list(home)).map(({ name }) => name),
    ["later"],
  );
});

test("several programs and names with --json are one value", async () => {
  await using home = makeHome();
  for (const name of ["a", "b", "c"]) home.write(name, "#!/bin/sh\nexec sleep 1000\n", 0o755);
  home.write("broken", "#!/no/such/interpreter\n", 0o755);
  await home.ok(["start", "./c"]);
  await home.ok(["stop", "c"]);
  const { changes, results } = (await home.ok(["start", "./a", "./b", "work/c", "--json"])).json<{
    changes: unknown[];
    results: { name: string }[];
  }>();
  assert.equal(
    results.map(({ name }) => name),
    ["a", "b", "c"],
  );
  assert.is(changes.length, 2);
  const failed = await home.ghost(["start", "./a", "./broken", "--json"]);
  assert.is(failed.code, 1);
  const value = failed.json<{ error: { code: string }; results: { ok: boolean }[] }>();
  assert.equal([value.error.code, value.results.map(({ ok }) => ok)], ["START_FAILED", [true, false]]);
});

test("with --name or -- a bare word is a program of PATH", async () => {
  await using home = makeHome();
  const bare = await home.ghost(["start", "sleep"]);
  assert.is(bare.code, 3);
  assert.match(bare.stderr, /hint: to run the program sleep of your PATH: ghost start sleep --name sleep -- /);
  assert.match((await home.ok(["start", "sleep", "--name", "x", "--", "500"])).stderr, /sleep is executed\n(.*\n)*✓ work\/x started/);
  await home.ok(["start", "sleep", "--", "600"]);
  const views = await list(home);
  assert.equal(views.map(({ name, status }) => `${name} ${status}`).sort(), ["sleep running", "x running"]);
  const taken = await home.ghost(["start", "x", "--", "1"]);
  assert.equal([taken.code, /x is the name of a process/.test(taken.stderr)], [2, true]);
  const unknown = await home.ghost(["start", "nosuchprogram", "--name", "y"]);
  assert.equal([unknown.code, /neither a process, nor a file here, nor a program in PATH/.test(unknown.stderr)], [2, true]);
});

test.run();
