import { test } from "uvu";
import * as assert from "uvu/assert";
import { jobName, launchdLabel } from "./place.ts";
import { launchdInstallation, systemdInstallation, systemdRemoval } from "./plan.ts";
import { execLine, type JobDescription, systemdUnit } from "./unit.ts";
import { jobTypeOf } from "./unit-job.ts";

const JOB: JobDescription = {
  name: "ghost",
  program: ["/home/ann/.ghost/bin/ghost"],
  home: "/home/ann/.ghost",
  system: false,
  manifests: null,
  group: null,
  environment: { A: "1" },
  isNative: true,
  hasSubgroups: false,
};
const SYSTEM: JobDescription = { ...JOB, system: true, home: "/var/lib/ghost", manifests: "/etc/ghost", group: "ghost" };
const OWNER = { userName: "ann", userHome: "/home/ann", uid: 1000, root: "", makesGroup: true };

function keysOf(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

test("the unit of a user", () => {
  const keys = keysOf(systemdUnit(JOB));
  assert.is(keys.ExecStart, "/home/ann/.ghost/bin/ghost daemon --foreground --home /home/ann/.ghost");
  assert.is(keys.ExecReload, "/home/ann/.ghost/bin/ghost daemon restart --home /home/ann/.ghost");
  assert.is(keys.ExecStop, "/home/ann/.ghost/bin/ghost daemon stop --user-unit=%n --home /home/ann/.ghost");
  assert.equal(
    [keys.Type, keys.NotifyAccess, keys.KillMode, keys.Restart, keys.OOMPolicy, keys.Delegate, keys.WantedBy, keys.User, keys.Environment],
    ["notify", "main", "process", "on-failure", "continue", "yes", "default.target", undefined, "A=1"],
  );
});

test("the daemon has a control group of its own where systemd can give it one", () => {
  assert.is(keysOf(systemdUnit(JOB)).DelegateSubgroup, undefined);
  assert.is(keysOf(systemdUnit({ ...JOB, hasSubgroups: true })).DelegateSubgroup, "ghost-daemon");
});

test("the unit of the machine", () => {
  const keys = keysOf(systemdUnit({ ...SYSTEM, isNative: false }));
  assert.is(keys.ExecStart, "/home/ann/.ghost/bin/ghost daemon --foreground --home /var/lib/ghost --manifests /etc/ghost --group ghost");
  assert.match(keys.ExecStop ?? "", /--unit=%n/);
  assert.equal(
    [keys.User, keys.WantedBy, keys.RequiresMountsFor, keys.NotifyAccess, keys.ExecReload],
    ["root", "multi-user.target", "/var/lib/ghost", "all", undefined],
  );
});

test("words that mean something to systemd are written so that they do not", () => {
  assert.is(
    execLine(["/a b/ghost", "100%", "$HOME", 'say "hi"', "back\\slash", "--unit=%n"]),
    '"/a b/ghost" 100%% $$HOME "say \\"hi\\"" "back\\\\slash" --unit=%n',
  );
});

test("each home has a unit of its own name", () => {
  assert.is(jobName("/home/ann/.ghost", "/home/ann/.ghost"), "ghost");
  assert.match(jobName("/srv/a", "/home/ann/.ghost"), /^ghost-[0-9a-f]{8}$/);
  assert.is.not(jobName("/srv/a", "/home/ann/.ghost"), jobName("/srv/b", "/home/ann/.ghost"));
  assert.is(launchdLabel("ghost"), "sh.ghost.ghost");
});

test("a user's installation lingers, the machine's makes the group; an image's starts nothing", () => {
  const user = systemdInstallation(JOB, OWNER);
  assert.is(user.file.path, "/home/ann/.config/systemd/user/ghost.service");
  assert.equal(
    user.commands.map(({ command }) => command.join(" ")),
    [
      "systemctl --user daemon-reload",
      "systemctl --user enable ghost.service",
      "systemctl --user restart ghost.service",
      "loginctl enable-linger ann",
    ],
  );
  assert.is(user.commands.at(-1)?.otherwise, "sudo loginctl enable-linger ann");
  const system = systemdInstallation(SYSTEM, OWNER);
  assert.is(system.file.path, "/etc/systemd/system/ghost.service");
  assert.is(system.commands.length, 4);
  assert.match(system.commands[0]?.command.at(-1) ?? "", /^ghost$/);
  const image = systemdInstallation(SYSTEM, { ...OWNER, root: "/mnt/image" });
  assert.is(image.file.path, "/mnt/image/etc/systemd/system/ghost.service");
  assert.equal(image.folders, [{ path: "/mnt/image/etc/ghost", mode: 0o755 }]);
  assert.equal(image.commands.at(-1)?.command, ["systemctl", "--root=/mnt/image", "enable", "ghost.service"]);
});

test("a removal stops before the file goes, and lets systemd forget it afterwards", () => {
  const [before, after] = systemdRemoval("ghost", false, "");
  assert.equal(before.command, ["systemctl", "--user", "disable", "--now", "ghost.service"]);
  assert.equal(
    after.map(({ command }) => command),
    [["systemctl", "--user", "daemon-reload"]],
  );
});

test("launchd's job leaves the processes alone when the daemon ends, and is not started again after an ordered end", () => {
  const { file, commands } = launchdInstallation(
    { ...JOB, program: ["/Users/a & b/ghost"], home: "/Users/a & b/.ghost" },
    { ...OWNER, userHome: "/Users/a & b" },
  );
  assert.is(file.path, "/Users/a & b/Library/LaunchAgents/sh.ghost.ghost.plist");
  assert.match(file.text, /<string>\/Users\/a &amp; b\/ghost<\/string>\n {4}<string>daemon<\/string>\n {4}<string>--foreground<\/string>/);
  assert.match(file.text, /<key>AbandonProcessGroup<\/key>\n {2}<true\/>/);
  assert.match(file.text, /<key>SuccessfulExit<\/key>\n {4}<false\/>/);
  assert.equal(commands.at(-1)?.command.slice(0, 3), ["launchctl", "bootstrap", "gui/1000"]);
});

test("a unit's job is read from systemd's list", () => {
  const list = "  12 ghost.service       restart running\n 13 ghost-1234.service stop    waiting\n";
  assert.is(jobTypeOf("ghost.service", list), "restart");
  assert.is(jobTypeOf("ghost-1234.service", list), "stop");
  assert.is(jobTypeOf("other.service", list), null);
  assert.is(jobTypeOf("ghost.service", "No jobs running.\n"), null);
});

test.run();
