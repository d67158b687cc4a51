import { chmodSync, chownSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { GHOST, type Outcome, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";

const NOBODY = 65534;
const AS_NOBODY = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

function errorOf(outcome: Outcome): ErrorBody {
  return outcome.json<{ error: ErrorBody }>().error;
}

/** Runs ghost as a user from whom folders can be closed, in a home of that user's own. */
function asNobody(home: Home, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return run([...AS_NOBODY, ...GHOST, ...args], { cwd: home.work, env: { ...home.env, ...env } });
}

function openToNobody(home: Home): void {
  mkdirSync(home.dir, { mode: 0o700 });
  chownSync(home.dir, NOBODY, NOBODY);
  chmodSync(join(home.dir, ".."), 0o777);
}

test("a configuration file that the system refuses is an error of configuration, whichever command reads it", async () => {
  await using home = makeHome();
  symlinkSync("loop.yaml", join(home.work, "loop.yaml"));
  const commands = [
    ["plan", "loop.yaml"],
    ["register", "loop.yaml"],
    ["import", "loop.yaml", "--out", "x.yaml"],
    ["up", "-f", "loop.yaml"],
  ];
  for (const command of commands) {
    const outcome = await home.ghost([...command, "--json"]);
    assert.equal([outcome.code, errorOf(outcome).code], [2, "CONFIG_INVALID"], command.join(" "));
    assert.match(errorOf(outcome).message, /loop\.yaml: its symbolic links lead in a circle/);
  }
  const ci = await home.ghost(["ci", "loop.yaml", "--until", "a", "--json"]);
  assert.equal([ci.code, errorOf(ci).code], [125, "CONFIG_INVALID"]);
});

test("programs, folders and value files behind links in a circle or too long a name are told with their place", async () => {
  await using home = makeHome();
  symlinkSync("loop", join(home.work, "loop"));
  const long = `/${"x".repeat(300)}`;
  home.write(
    "processes.yaml",
    `processes:
  - { name: a, command: ./loop }
  - { name: b, command: sleep 5, cwd: ./loop }
  - { name: c, command: sleep 5, environment: { A: { from_file: ./loop } } }
  - { name: d, command: sleep 5, env_file: ./loop }
  - { name: e, command: ${long} }
`,
  );
  const { code, stderr } = await home.ghost(["plan"]);
  assert.is(code, 2, stderr);
  for (const line of [2, 3, 4, 5]) assert.match(stderr, new RegExp(`yaml:${line}:\\d+: .*lead in a circle`));
  assert.match(stderr, /yaml:6:\d+: .*longer than this system allows/);
  assert.not.match(stderr, /mistake in Ghost/);
});

test.unless(needs("root", "setpriv"), "what lies in a folder that may not be entered is named, with the remedy", async () => {
  await using home = makeHome();
  openToNobody(home);
  mkdirSync(join(home.work, "closed"), { mode: 0o700 });
  home.write("closed/tool", "#!/bin/sh\n", 0o755);
  home.write("closed/value", "x\n");
  home.write("unreadable.yaml", "processes: []\n", 0o600);
  const closed = join(home.work, "closed");
  home.write(
    "processes.yaml",
    `processes:
  - { name: a, command: ${closed}/tool }
  - { name: b, command: sleep 5, cwd: ${closed}/folder }
  - { name: c, command: sleep 5, environment: { A: { from_file: ${closed}/value } } }
  - { name: d, command: tool }
`,
  );
  const env = { PATH: `${closed}:${process.env.PATH}` };
  const { code, stderr } = await asNobody(home, ["plan"], env);
  assert.is(code, 2, stderr);
  for (const line of [2, 3, 4]) assert.match(stderr, new RegExp(`yaml:${line}:\\d+: .*: permission denied`));
  assert.match(
    stderr,
    /yaml:5:\d+: cannot run tool as d: it is not in PATH, as far as its folders may be entered\n +hint: \S+closed is closed/,
  );
  const unreadable = await asNobody(home, ["plan", "unreadable.yaml", "--json"]);
  assert.equal([unreadable.code, errorOf(unreadable).code], [2, "CONFIG_INVALID"]);
  const started = await asNobody(home, ["start", `${closed}/tool`, "--json"]);
  assert.equal([errorOf(started).code, /permission denied/.test(errorOf(started).message)], ["EXECUTABLE_NOT_RUNNABLE", true]);
});

test.run();
