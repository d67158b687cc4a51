import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { type Machine, makeMachine } from "./installer.ts";

/** The unit of the machine's own daemon, as the program below names it. */
const unitOf = (machine: Machine): string => join(machine.user, "ghost.service");
const calls = (machine: Machine): string[] => readFileSync(join(machine.user, "calls"), "utf8").trim().split("\n");

/** Puts a program in place that writes down how it was called; `uninstall` is what it does when it is to remove a unit. */
function placeProgram(machine: Machine, uninstall: string): void {
  const bin = join(machine.home, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, "ghost"),
    `#!/bin/sh
echo "$*" >>'${machine.user}/calls'
case "$*" in
  *--dry-run*) echo '{"manager":"systemd","removes":"${unitOf(machine)}","commands":[]}' ;;
  "daemon uninstall"*) ${uninstall} ;;
  *) echo '{"running": false}' ;;
esac
`,
  );
  chmodSync(join(bin, "ghost"), 0o755);
}

const isRoot = process.getuid?.() === 0;

test("--uninstall takes the boot unit away before anything else", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  placeProgram(machine, "echo removed /etc/a.service >&2");
  const { code, stderr } = await machine.install(["--uninstall"]);
  assert.is(code, 0, stderr);
  assert.is(calls(machine)[0], `daemon uninstall --home ${machine.home}`);
  assert.is(calls(machine).at(-1), "daemon status --json");
  assert.match(stderr, /removed \/etc\/a\.service[\s\S]*removed .*bin\/ghost/);
});

for (const [what, exitCode] of [
  ["there is no boot unit", 3],
  ["no service manager runs", 2],
] as const)
  test(`--uninstall where ${what} says nothing of it`, async () => {
    using machine = makeMachine("http://127.0.0.1:1");
    placeProgram(machine, `echo cannot uninstall >&2; exit ${exitCode}`);
    const { code, stderr } = await machine.install(["--uninstall"]);
    assert.is(code, 0, stderr);
    assert.not.match(stderr, /cannot/);
    assert.is(machine.installed(), null);
  });

test("--uninstall that cannot remove the boot unit removes nothing", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  placeProgram(machine, "echo no right to >&2; exit 1");
  const { code, stderr } = await machine.install(["--uninstall"]);
  assert.is(code, 1);
  assert.match(stderr, /cannot remove the boot unit.*no right to[\s\S]*hint: run: .*daemon uninstall/);
  assert.ok(existsSync(join(machine.home, "bin/ghost")));
});

test.unless(needs("root"), "for root --uninstall also takes away a unit of the machine that runs this program, and no other", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  const system = () => calls(machine).filter((call) => call.startsWith("daemon uninstall --system") && !call.includes("--dry-run"));
  placeProgram(machine, "exit 3");
  writeFileSync(unitOf(machine), 'ExecStart="/root/.ghost/bin/ghost" daemon --foreground\n');
  assert.is((await machine.install(["--uninstall"])).code, 0);
  assert.equal(system(), [`daemon uninstall --system --home ${machine.home}`]);
  placeProgram(machine, "exit 3");
  writeFileSync(unitOf(machine), `ExecStart="${machine.home}/bin/ghost" daemon --foreground\n`);
  assert.is((await machine.install(["--uninstall"])).code, 0);
  assert.is(system().at(-1), "daemon uninstall --system");
});

test.unless(isRoot ? "root has the machine's units, too" : null, "without root the machine's units are not asked for", async () => {
  using machine = makeMachine("http://127.0.0.1:1");
  placeProgram(machine, "exit 3");
  assert.is((await machine.install(["--uninstall"])).code, 0);
  assert.not.ok(calls(machine).some((call) => call.includes("--system")));
});

test.run();
