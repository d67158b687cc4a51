import type { HubView } from "../../core/api/wire.ts";
import { HUB } from "../../core/config/own-processes.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { ensureHub } from "../../runtime/client/hub.ts";
import { act } from "../act.ts";
import { noSuchAction, usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { renderHub } from "../output/hub.ts";

const ACTIONS = ["status", "start", "stop", "restart", "token"];
const NAMES = [`${HUB.project}/${HUB.name}`];

export const command: Command = {
  usage: "[status|start|stop|restart|token NAME]",
  summary: "Look at, start or stop the hub: bus, streams, keys and SQL on one socket",
  about:
    "It starts by itself when something connects to its socket (GHOST_HUB, run/hub.sock), which any Redis client can, or when a command needs it. `stop` holds until it " +
    "is started again. `token` prints what an app sends as AUTH to work in its own namespace. Its story is in ghost why ghost/hub, its output in ghost logs ghost/hub.",
  flags: [],
  argumentsMax: 2,
  examples: ["ghost hub", "ghost hub start", "redis-cli -s ~/.ghost/run/hub.sock PING", "ghost hub token shop"],
  async run(context) {
    const [action = "status", name, ...more] = context.names;
    if (action !== "token" && name !== undefined) throw usage(context.verb, `${action} takes no NAME`);
    switch (action) {
      case "status":
        return status(context);
      case "start":
        await ensureHub(context.connect("always"), "ghost hub start");
        return show(context, await context.connect("never").hub());
      case "stop":
        return stop(context);
      case "restart":
        return restart(context);
      case "token":
        return token(context, name);
      case "serve":
        return serve(context);
      default:
        throw more.length > 0 ? usage(context.verb, `${more[0]} is one argument too many`) : noSuchAction(context.verb, action, ACTIONS);
    }
  },
};

/** Exits with 4 where it does not run, as `daemon status` does. */
async function status(context: Context): Promise<number> {
  const hub = await hubIfDaemonRuns(context.connect("never"));
  if (hub !== null) return show(context, hub);
  if (context.json) context.printJson({ running: false, home: context.home });
  else if (!context.quiet) context.print(`hub not running in ${context.home}, and no daemon either: ghost hub start starts both`);
  return 4;
}

async function show(context: Context, hub: HubView): Promise<number> {
  if (context.json) context.printJson(hub);
  else if (!context.quiet) {
    context.print(...renderHub(hub, await context.paint(), Date.now()));
    for (const warning of hub.warnings) context.warn(warning);
  }
  return hub.running ? 0 : 4;
}

/** What the hub could not take from a changed .ghost.yaml is said here, where it is changed. */
async function restart(context: Context): Promise<number> {
  const client = context.connect("always");
  const code = await act(context, client, { verb: "restart", doing: "restarting", names: NAMES });
  if (code === 0 && !context.json) for (const warning of (await client.hub()).warnings) context.warn(warning);
  return code;
}

async function stop(context: Context): Promise<number> {
  const client = context.connect("never");
  if ((await hubIfDaemonRuns(client)) !== null) return act(context, client, { verb: "stop", doing: "stopping", names: NAMES });
  if (context.json) context.printJson([]);
  context.say(`the hub of ${context.home} does not run, and no daemon either`);
  return 0;
}

/** Null without a daemon: then there is no hub. */
async function hubIfDaemonRuns(client: DaemonClient): Promise<HubView | null> {
  try {
    return await client.hub();
  } catch (error) {
    if (error instanceof GhostError && error.code === "DAEMON_UNREACHABLE") return null;
    throw error;
  }
}

/** Needs no daemon and no hub: whoever can read the home's secret can make it. */
async function token(context: Context, name: string | undefined): Promise<number> {
  if (name === undefined) throw usage(context.verb, "token needs the NAME of a namespace, e.g. that of an app");
  const { findHome, inHome, prepareHome } = await import("../../runtime/daemon/home.ts");
  const { hubSecret, makeToken } = await import("../../runtime/hub/tokens.ts");
  const home = findHome(context.home);
  prepareHome(home);
  const made = makeToken(
    inHome(home, () => hubSecret(home.hubSecretFile)),
    name,
  );
  if (context.json) context.printJson({ namespace: name, token: made });
  else context.print(made);
  return 0;
}

/** What the daemon runs; not for people. */
async function serve(context: Context): Promise<number> {
  const { runHub } = await import("../../runtime/hub/main.ts");
  return runHub(context.home);
}
