import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { SystemView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isBeingRestarted } from "../../runtime/boot/unit-job.ts";
import { readAddress } from "../../runtime/client/address.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { clientPlaces } from "../../runtime/client/home.ts";
import { findGroup } from "../../runtime/process/accounts.ts";
import { type ProcessEntry, readProcess } from "../../runtime/process/table.ts";
import { selfCommand } from "../../runtime/system/self.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { reportResults } from "../outcome.ts";
import { renderHubLine } from "../output/hub.ts";
import { renderCounts, renderDaemonLine } from "../output/system.ts";

/** How long the daemon may take to end or to be replaced. */
const CHANGE_LIMIT_MS = 20_000;
const LOOK_MS = 10;
/** A next daemon that does not answer so long after the end of the one before cannot start, in ms: it holds what is unread, so it must come first where it can. */
const NEXT_LIMIT_MS = 5_000;

export const command: Command = {
  usage: "[start|stop|restart|status|logs|install|uninstall]",
  summary: "Start, stop, restart or look at the daemon that supervises",
  about:
    "Other commands start the daemon when they need it. `stop` ends all processes in order, then the daemon; with --leave they go on, and the next daemon takes them over. " +
    "`restart` never touches the processes, and makes the ghost that is called the daemon. --foreground is for containers and other service managers. " +
    "`install` has systemd (macOS: launchd) start it at boot: for your own user, or with --system for the machine, with /var/lib/ghost as its home, " +
    "every *.yaml of /etc/ghost registered, and its socket open to the group ghost. `uninstall` takes that back; what is registered stays.",
  flags: [
    { flags: "--foreground", about: "start: run here until SIGTERM, instead of in the background" },
    { flags: "--leave", about: "stop: leave the processes running" },
    { flags: "--manifests <DIR>", about: "start --foreground: register every *.yaml of DIR; what is new among it is started" },
    { flags: "--group <NAME>", about: "start --foreground: members of this group may use the socket" },
    { flags: "--unit <NAME>", about: "stop: for this unit of systemd; leaves the processes if it is only being restarted" },
    { flags: "--user-unit <NAME>", about: "stop: the same, for a unit of the user's own systemd" },
    { flags: "--system", about: "install, uninstall: the machine's daemon instead of your own (needs root)" },
    { flags: "--dry-run", about: "install, uninstall: print the files and commands, and do nothing" },
    { flags: "--root <DIR>", about: "install, uninstall: --system for an image whose root is DIR; starts nothing" },
    { flags: "-n, --lines <N>", about: "logs: the last N lines (default 100)" },
    { flags: "-f, --follow", about: "logs: go on with what is written from now on" },
  ],
  argumentsMax: 1,
  examples: [
    "ghost daemon",
    "ghost daemon status --json",
    "ghost daemon stop --leave",
    "ghost daemon --foreground",
    "ghost daemon install",
    "sudo ghost daemon install --system",
  ],
  async run(context) {
    const [action = "start"] = context.names;
    switch (action) {
      case "start":
        return context.flag("foreground") ? runInForeground(context) : start(context);
      case "stop":
        return stop(context, stopForUnit(context));
      case "install":
        return (await import("../boot.ts")).installDaemon(context);
      case "uninstall":
        return (await import("../boot.ts")).uninstallDaemon(context);
      case "restart":
        return restart(context);
      case "status":
        return status(context);
      case "logs":
        return (await import("../daemon-log.ts")).showDaemonLog(context);
      default:
        throw usage(context.verb, `it knows start, stop, restart, status, logs, install and uninstall, not ${action}`);
    }
  },
};

async function runInForeground(context: Context): Promise<number> {
  const { runDaemon } = await import("../../runtime/daemon/main.ts");
  const manifests = context.text("manifests");
  const group = context.text("group");
  return runDaemon(context.home, {
    ...(manifests !== undefined && { manifests: resolve(context.directory, manifests) }),
    ...(group !== undefined && { groupId: findGroup(group) }),
  });
}

async function start(context: Context): Promise<number> {
  for (const option of ["manifests", "group"])
    if (context.text(option) !== undefined) throw usage(context.verb, `--${option} is for a daemon in the foreground`);
  await startExplicitly(context);
  return show(context, await context.connect("never").system());
}

async function startExplicitly({ home }: Context): Promise<void> {
  const { startDaemon } = await import("../../runtime/daemon/launch.ts");
  await startDaemon(home, { explicit: true });
}

/** How a daemon is to be ended. */
interface Leaving {
  readonly leave: boolean;
  /** Another one is about to be started by a service manager; a helper then holds what is unread until that one reads it. */
  readonly expected: boolean;
}

function stopForUnit(context: Context): Leaving {
  const [unit, userUnit] = [context.text("unit"), context.text("userUnit")];
  const isRestart =
    (unit !== undefined && isBeingRestarted(unit, "system")) || (userUnit !== undefined && isBeingRestarted(userUnit, "user"));
  return { leave: context.flag("leave") || isRestart, expected: isRestart };
}

async function stop(context: Context, { leave, expected }: Leaving): Promise<number> {
  const client = endingClient(context);
  if (!(await isThere(context, client))) return notRunning(context);
  const { pid, helperPids } = await client.system();
  const ending = [pid, ...(expected ? [] : helperPids)].map(readProcess);
  const code = await reportResults(context, client.stopDaemon(leave, { expected }, context.interruption), {
    doing: "stopping",
    total: null,
    quietWhenEmpty: true,
  });
  await waitUntil(context, async () => ending.every(isGone), "cannot stop the daemon: it did not end");
  context.say(leave ? "the daemon ended, and its processes go on" : "the daemon was stopped");
  return code;
}

async function restart(context: Context): Promise<number> {
  const client = endingClient(context);
  if (!(await isRunning(client))) return start(context);
  const { startedAt, pid } = await client.system();
  const ending = readProcess(pid);
  const own = selfCommand();
  const { program, background = false } = await client.restartDaemon(own);
  // The address is looked at first: a daemon that is about to end may take a question and never answer it (seen under Deno).
  const { pidFile } = clientPlaces(context.home);
  let goneAtMs: number | null = null;
  const isNew = async (): Promise<boolean> => {
    const address = readAddress(pidFile);
    if (address !== null && address.startedAt !== startedAt) return (await systemIfRunning(client)) !== null;
    // On a full disk there may be no address for a while; one that is there and blank is about to be written.
    if (address === null && !existsSync(pidFile)) {
      const system = await systemIfRunning(client);
      if (system !== null && system.startedAt !== startedAt) return true;
    }
    if (isGone(ending)) goneAtMs ??= performance.now();
    // One that cannot start says why to whoever starts it, which was the daemon before it: so it is started once more.
    if (background && goneAtMs !== null && performance.now() - goneAtMs > NEXT_LIMIT_MS) await startExplicitly(context);
    return false;
  };
  await waitUntil(context, isNew, "cannot restart the daemon: no new one answers");
  const system = await client.system();
  const other = otherProgram(context, system, program ?? null, own);
  if (other !== null) context.warn(other);
  return show(context, system);
}

/** What to say where another program than this one came next. */
function otherProgram(context: Context, { version }: SystemView, program: readonly string[] | null, own: readonly string[]): string | null {
  if (program === null)
    return version === context.version
      ? null
      : `the daemon is version ${version} still: ghost daemon stop --leave, then ghost daemon start, makes this program the daemon (no process is restarted)`;
  if (program.join("\0") === own.join("\0")) return null;
  const file = program.at(-1);
  return `the daemon is ${file} still (version ${version}), not this ${own.at(-1)}: it runs in the foreground, where whoever started it names the program; replace ${file}, then ghost daemon restart`;
}

async function status(context: Context): Promise<number> {
  const client = context.connect("never");
  if (!(await isRunning(client))) {
    const { lockOwner } = await import("../../runtime/daemon/lock.ts");
    const pid = lockOwner(clientPlaces(context.home).lockFile);
    const { home, version } = context;
    if (context.json) context.printJson({ running: false, ...(pid === null ? {} : { starting: true, pid }), home, version });
    else if (!context.quiet) context.print(pid === null ? `daemon not running in ${home}` : `daemon starting in ${home} (pid ${pid})`);
    return 4;
  }
  return show(context, await client.system());
}

async function show(context: Context, system: SystemView): Promise<number> {
  if (context.json) context.printJson(system);
  else if (!context.quiet) {
    const paint = await context.paint();
    const http = system.http === null ? "" : `, http://${system.http}`;
    const places = `home ${system.home}, socket ${system.socket}${http}`;
    const hub = system.hub ? [renderHubLine(system.hub, paint, Date.now())] : [];
    context.print(renderDaemonLine(system, paint, Date.now()), renderCounts(system, paint), ...hub, places);
    for (const warning of system.warnings) context.warn(warning);
  }
  return 0;
}

/** Whoever ends a daemon need not hear that it is of another version. */
function endingClient(context: Context): DaemonClient {
  return context.connect("never", () => undefined);
}

function notRunning(context: Context): number {
  if (context.json) context.printJson([]);
  context.say(`the daemon of ${context.home} does not run`);
  return 0;
}

function isGone(entry: ProcessEntry | undefined): boolean {
  const now = entry && readProcess(entry.pid);
  return now === undefined || now.state === "Z" || now.startTicks !== entry?.startTicks;
}

/** Looks until it is so, for at most 20 s: the daemon writes what it knows before it ends, maybe to a slow disk. Throws INTERRUPTED after ^C. */
async function waitUntil({ interruption }: Context, isSo: () => Promise<boolean>, complaint: string): Promise<void> {
  const deadline = performance.now() + CHANGE_LIMIT_MS;
  while (!(await isSo())) {
    if (interruption.aborted)
      throw new GhostError("INTERRUPTED", "interrupted: the daemon goes on with what was asked", {
        hint: "ghost daemon status tells how it is",
      });
    if (performance.now() > deadline)
      throw new GhostError("TIMED_OUT", `${complaint} after ${CHANGE_LIMIT_MS / 1000} s`, { hint: "ghost daemon logs, ghost doctor" });
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Whether a daemon is there to be ended: one that has the home's lock and does not answer yet is waited for, and never said not to run. */
async function isThere(context: Context, client: DaemonClient): Promise<boolean> {
  const { lockOwner } = await import("../../runtime/daemon/lock.ts");
  const deadline = performance.now() + CHANGE_LIMIT_MS;
  for (;;) {
    if (await isRunning(client)) return true;
    const pid = lockOwner(clientPlaces(context.home).lockFile);
    if (pid === null) return false;
    if (performance.now() > deadline)
      throw new GhostError("DAEMON_UNREACHABLE", `cannot stop the daemon: pid ${pid} has ${context.home} and does not answer`, {
        hint: `ghost daemon logs says more; after \`kill -9 ${pid}\` another daemon takes the processes over`,
      });
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function isRunning(client: DaemonClient): Promise<boolean> {
  return (await systemIfRunning(client)) !== null;
}

async function systemIfRunning(client: DaemonClient): Promise<SystemView | null> {
  try {
    return await client.system();
  } catch (error) {
    if (error instanceof GhostError && error.code === "DAEMON_UNREACHABLE") return null;
    throw error;
  }
}
