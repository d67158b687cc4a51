import type { SystemView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readAddress } from "../../runtime/client/address.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { clientPlaces } from "../../runtime/client/home.ts";
import { type ProcessEntry, readProcess } from "../../runtime/process/table.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { reportResults } from "../outcome.ts";
import { renderCounts, renderDaemonLine } from "../output/system.ts";

/** How long the daemon may take to end or to be replaced. */
const CHANGE_LIMIT_MS = 20_000;
const LOOK_MS = 10;

export const command: Command = {
  usage: "[start|stop|restart|status|logs]",
  summary: "Start, stop, restart or look at the daemon that supervises",
  about:
    "Other commands start the daemon when they need it. `stop` ends all processes in order, then the daemon; with --leave they go on, and the next daemon takes them over. " +
    "`restart` never touches the processes. --foreground is for boot units and containers.",
  flags: [
    { flags: "--foreground", about: "start: run here until SIGTERM, instead of in the background" },
    { flags: "--leave", about: "stop: leave the processes running" },
    { flags: "-n, --lines <N>", about: "logs: the last N lines (default 100)" },
    { flags: "-f, --follow", about: "logs: go on with what is written from now on" },
  ],
  argumentsMax: 1,
  examples: ["ghost daemon", "ghost daemon status --json", "ghost daemon stop --leave", "ghost daemon --foreground"],
  async run(context) {
    const [action = "start"] = context.names;
    switch (action) {
      case "start":
        return context.flag("foreground") ? runInForeground(context) : start(context);
      case "stop":
        return stop(context);
      case "restart":
        return restart(context);
      case "status":
        return status(context);
      case "logs":
        return (await import("../daemon-log.ts")).showDaemonLog(context);
      default:
        throw usage(context.verb, `it knows start, stop, restart, status and logs, not ${action}`);
    }
  },
};

async function runInForeground(context: Context): Promise<number> {
  const { runDaemon } = await import("../../runtime/daemon/main.ts");
  return runDaemon(context.home);
}

async function start(context: Context): Promise<number> {
  const { startDaemon } = await import("../../runtime/daemon/launch.ts");
  await startDaemon(context.home, { explicit: true });
  return show(context, await context.connect("never").system());
}

async function stop(context: Context): Promise<number> {
  const client = endingClient(context);
  if (!(await isRunning(client))) return notRunning(context);
  const { pid, helperPids } = await client.system();
  const ending = [pid, ...helperPids].map(readProcess);
  const code = await reportResults(context, client.stopDaemon(context.flag("leave")), {
    doing: "stopping",
    total: null,
    quietWhenEmpty: true,
  });
  await waitUntil(async () => ending.every(isGone), "cannot stop the daemon: it did not end");
  context.say(context.flag("leave") ? "the daemon ended, and its processes go on" : "the daemon was stopped");
  return code;
}

async function restart(context: Context): Promise<number> {
  const client = endingClient(context);
  if (!(await isRunning(client))) return start(context);
  const { startedAt } = await client.system();
  await client.restartDaemon();
  // The address is looked at first: a daemon that is about to end may take a question and never answer it (seen under Deno).
  const { pidFile } = clientPlaces(context.home);
  const isNew = async (): Promise<boolean> => {
    const address = readAddress(pidFile);
    if (address === null || address.startedAt === startedAt) return false;
    return (await systemIfRunning(client)) !== null;
  };
  await waitUntil(isNew, "cannot restart the daemon: no new one answers");
  return show(context, await client.system());
}

async function status(context: Context): Promise<number> {
  const client = context.connect("never");
  if (!(await isRunning(client))) {
    if (context.json) context.printJson({ running: false, home: context.home, version: context.version });
    else if (!context.quiet) context.print(`daemon not running in ${context.home}`);
    return 4;
  }
  return show(context, await client.system());
}

async function show(context: Context, system: SystemView): Promise<number> {
  if (context.json) context.printJson(system);
  else if (!context.quiet) {
    const paint = await context.paint();
    context.print(renderDaemonLine(system, paint, Date.now()), renderCounts(system, paint), `home ${system.home}, socket ${system.socket}`);
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

/** Looks until it is so, for at most 20 s: the daemon writes what it knows before it ends, maybe to a slow disk. */
async function waitUntil(isSo: () => Promise<boolean>, complaint: string): Promise<void> {
  const deadline = performance.now() + CHANGE_LIMIT_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline)
      throw new GhostError("TIMED_OUT", `${complaint} after ${CHANGE_LIMIT_MS / 1000} s`, { hint: "ghost daemon logs, ghost doctor" });
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
