/** The text of a systemd unit. Each line that is not obvious says in a comment of the unit why it is there: people read it. */

import { DAEMON_LEAF } from "../process/cgroup-place.ts";

/** What a unit or a launchd job is made of. */
export interface JobDescription {
  /** `ghost`, or `ghost-<hash>` for a home other than the default one. */
  readonly name: string;
  /** Program and leading arguments, absolute. */
  readonly program: readonly string[];
  /** GHOST_HOME; absolute. */
  readonly home: string;
  /** Of the machine rather than of one user. */
  readonly system: boolean;
  /** Folder whose manifests are registered at the start; null: none. */
  readonly manifests: string | null;
  /** Group whose members may use the socket; null: none. */
  readonly group: string | null;
  /** Variables of the daemon. */
  readonly environment: Readonly<Record<string, string>>;
  /** True where the daemon can call the C library: it speaks to the service manager itself (else a tool of systemd does, under a pid of its own), and can be renewed in its place. */
  readonly isNative: boolean;
  /** True where systemd knows DelegateSubgroup= (since 254). */
  readonly hasSubgroups: boolean;
}

/** Without a sign of life for so long the daemon hangs: it is killed and another adopts its processes. In seconds. */
const WATCHDOG_SECONDS = 60;
/** The pause before the next daemon. Ghost promises to be back within 2 s; at 0 a program that cannot start would storm. In seconds. */
const RESTART_SECONDS = 1;
/** From here on the daemon asks for more time itself. In seconds. */
const STOP_SECONDS = 90;
/** A start adopts what runs; a full disk or a big home may be slow. In seconds. */
const START_SECONDS = 90;

/** The arguments with which a service manager starts the daemon. */
export function daemonArguments({ program, home, manifests, group }: JobDescription): string[] {
  return [
    ...[...program, "daemon", "--foreground", "--home", home],
    ...(manifests === null ? [] : ["--manifests", manifests]),
    ...(group === null ? [] : ["--group", group]),
  ];
}

/** The unit file. */
export function systemdUnit(job: JobDescription): string {
  const { program, home, system } = job;
  const command = (...args: readonly string[]): string => execLine([...program, "daemon", ...args, "--home", home]);
  return `# Written by \`ghost daemon install\`, which writes it anew; what you add belongs into a drop-in (systemctl edit).
[Unit]
Description=Ghost, a process supervisor (${escapeSpecifiers(home)})
${system ? SYSTEM_ORDER(home) : ""}# A daemon that cannot start is tried again for as long as it takes.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=${job.isNative ? "main" : "all"}
ExecStart=${execLine(daemonArguments(job))}
${system ? "# Root has a home, which systemd tells only to those that name their user.\nUser=root\n" : ""}${job.isNative ? RELOAD(command("restart")) : ""}# Asks what this unit's job is: for a stop, and when the machine goes down, all processes end in order; for a restart they are left for the next daemon.
ExecStop=${command("stop", system ? "--unit=%n" : "--user-unit=%n")}
# Only the daemon is the service manager's to kill: its processes outlive it, and the next daemon adopts them.
KillMode=process
Restart=on-failure
RestartSec=${RESTART_SECONDS}
TimeoutStartSec=${START_SECONDS}
TimeoutStopSec=${STOP_SECONDS}
WatchdogSec=${WATCHDOG_SECONDS}
WatchdogSignal=SIGKILL
# One process that the kernel kills for want of memory is Ghost's to restart, and no reason to end all others.
OOMPolicy=continue
# Ghost makes control groups of its own below this one for limits of CPU, memory and processes.
Delegate=yes
${job.hasSubgroups ? SUBGROUP : ""}TasksMax=infinity
${environmentLines(job.environment)}
[Install]
WantedBy=${system ? "multi-user.target" : "default.target"}
`;
}

/** A runtime that cannot call the C library cannot become another program: there `systemctl restart` renews the daemon, and `reload` is refused. */
const RELOAD = (command: string): string => `# The next daemon takes the place of this one, under the same pid; no process is touched.
ExecReload=${command}
`;

/** Without it, before systemd 254, limits that need control groups are not to be had in a unit: `doctor` says so. */
const SUBGROUP = `# The daemon has one of its own, because a group with others below it takes no process: not this daemon's successor either.
DelegateSubgroup=${DAEMON_LEAF}
`;

/** Started when the network and the home are there; and, the order being reversed when the machine goes down, ended before they go. */
const SYSTEM_ORDER = (home: string): string => `Wants=network-online.target
After=network-online.target nss-user-lookup.target remote-fs.target
RequiresMountsFor=${quote(home, escapeSpecifiers)}
`;

function environmentLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `Environment=${quote(`${name}=${value}`, escapeSpecifiers)}\n`)
    .join("");
}

/** A command line as systemd.service(5) reads it: `$` and `%` doubled, and quoted where it must be. Specifiers of ours (\`%n\`) stay. */
export function execLine(words: readonly string[]): string {
  return words.map((word) => (/=%n$/.test(word) ? word : quote(word, (text) => escapeSpecifiers(text).replaceAll("$", "$$$$")))).join(" ");
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}

function quote(word: string, escaped: (text: string) => string): string {
  const text = escaped(word);
  if (/^[A-Za-z0-9_@%+=:,./$-]+$/.test(text)) return text;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
