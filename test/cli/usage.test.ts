import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";

const COMMANDS = [
  "register",
  "plan",
  "start",
  "stop",
  "restart",
  "signal",
  "delete",
  "list",
  "status",
  "why",
  "logs",
  "env",
  "monitor",
  "import",
  "export",
  "daemon",
  "doctor",
  "schema",
  "completions",
  "version",
];

test("the help names every command, and each has a help of its own", async () => {
  await using home = makeHome();
  const help = await home.ok(["--help"]);
  assert.is((await home.ok([])).stdout, help.stdout);
  for (const command of COMMANDS) {
    assert.match(help.stdout, new RegExp(`^  ${command} `, "m"));
    const own = await home.ok([command, "--help"]);
    assert.match(own.stdout, `ghost ${command}`);
    assert.match(own.stdout, "Examples");
    assert.is((await home.ok(["help", command])).stdout, own.stdout);
  }
  assert.not(existsSync(home.dir), "help makes no home");
});

test("what cannot be understood is a usage error with the nearest that could be meant", async () => {
  await using home = makeHome();
  const cases: [string[], RegExp, RegExp][] = [
    [["strat", "x"], /there is no command strat$/, /did you mean ghost start\?/],
    [["statsu"], /there is no command statsu$/, /did you mean ghost status\?/],
    [["constructor"], /there is no command constructor$/, /ghost --help/],
    [["ps"], /there is no command ps$/, /hint: ghost list$/m],
    [["kill", "x"], /there is no command kill/, /ghost stop NAME --force, or ghost signal/],
    [["tail", "-f", "x"], /there is no command tail/, /ghost logs NAME -f/],
    [["save"], /there is no command save/, /nothing is needed/],
    [["help", "startup"], /there is no command startup/, /ghost daemon install/],
    [["logs", "x", "--tail", "5"], /it has no option --tail/, /the last N lines are -n N/],
    [["--nonsense"], /a command comes first/, /--help/],
    [["stop", "x", "--forec"], /it has no option --forec/, /--force/],
    [["logs", "--lines"], /needs a value/, /logs --help/],
    [["logs", "-n", "many"], /whole number, not many/, /logs --help/],
    [["logs", "--grep", "("], /regular expression/, /logs --help/],
    [["why", "--since", "5"], /--since/, /how long ago/],
    [["env", "a", "b"], /b is one argument too many/, /env --help/],
    [["signal", "api", "SIGHPU"], /SIGHPU is no signal/, /did you mean SIGHUP\?/],
    [["signal", "api", "NOPE"], /NOPE is no signal/, /^hint: ghost signal --help/],
    [["status", ""], /one of its arguments is empty/, /status --help/],
    [["down", "a.yaml", "b.yaml"], /a\.yaml is one argument too many/, /ghost down -f a\.yaml -f b\.yaml/],
    [["signal", "api"], /NAME and a SIGNAL/, /signal --help/],
    [["stop"], /at least one NAME/, /all/],
    [["env"], /a NAME/, /env --help/],
    [["daemon", "strat"], /not strat/, /daemon --help/],
    [["completions", "tcsh"], /bash, zsh, fish/, /completions --help/],
    [["start", "a", "b", "--name", "n"], /one program alone/, /start --help/],
  ];
  for (const [args, message, hint] of cases) {
    const { code, stdout, stderr } = await home.ghost(args);
    const [first = "", ...rest] = stderr.split("\n");
    assert.is(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(first, /^error: (cannot|there is no command) /);
    assert.match(first, message);
    assert.match(rest.join("\n"), hint);
    assert.is(stdout, "");
  }
  assert.not(existsSync(home.dir), "a usage error starts no daemon");
});

test("what is hinted for an option that ghost run does not have can be run as it stands, and an empty word is no folder", async () => {
  await using home = makeHome();
  for (const [args, said] of [
    [["-x"], /put -- before it: ghost run -- -x;/],
    [["hello", "-x"], /put -- before it: ghost run hello -- -x;/],
    [[""], /^error: cannot run ghost run: one of its arguments is empty/],
  ] as const) {
    const { code, stderr } = await home.ghost(["run", ...args]);
    assert.is(code, 125);
    assert.match(stderr, said);
  }
});

test("with --json an error is the one value on stdout", async () => {
  await using home = makeHome();
  const { code, stderr, json } = await home.ghost(["stop", "x", "--json", "--nope"]);
  const { error } = json<{ error: { code: string; message: string; hint: string } }>();
  assert.equal([code, stderr, error.code], [2, "", "USAGE"]);
  assert.match(error.message, /--nope/);
  assert.match(error.hint, /--help/);
});

test("in a home that was never used there is nothing, and no daemon comes of asking", async () => {
  await using home = makeHome();
  assert.equal((await home.ok(["list", "--json"])).json(), []);
  assert.match((await home.ok(["list"])).stderr, /nothing is registered.*\nhint: ghost register/);
  assert.is((await home.ok(["status"])).code, 0);
  const missing = await home.ghost(["status", "api"]);
  assert.equal([missing.code, missing.stdout], [3, ""]);
  const daemon = await home.ghost(["daemon", "status", "--json"]);
  assert.is(daemon.code, 4);
  assert.is(daemon.json<{ running: boolean }>().running, false);
  assert.not(existsSync(home.dir));
});

test("says its version", async () => {
  await using home = makeHome();
  const { stdout } = await home.ok(["version"]);
  assert.is((await home.ok(["--version"])).stdout, stdout);
  const { version } = (await home.ok(["version", "--json"])).json<{ version: string }>();
  assert.match(stdout, `ghost ${version} (`);
  assert.is((await home.ok(["version", "-q"])).stdout, `${version}\n`);
});

test.run();
