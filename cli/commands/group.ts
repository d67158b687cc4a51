import type { StartupOrder } from "../../core/config/definition.ts";
import type { DaemonClient, GroupVerb } from "../../runtime/client/client.ts";
import { wantsProgress } from "../act.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { reportResults } from "../outcome.ts";
import { renderGroup, renderGroups } from "../output/groups.ts";

const ORDERS: readonly StartupOrder[] = ["dependency", "sequential", "parallel"];
const DOING = { start: "starting", stop: "stopping", restart: "restarting" } as const satisfies Record<GroupVerb, string>;
const ACTIONS = ["list", "status", "start", "stop", "restart", "create", "delete"] as const;

export const command: Command = {
  usage: "[list | status | start | stop | restart | create | delete] [NAME] [PROCESS…]",
  summary: "Show groups and act on them; make groups beside those of files",
  about:
    "A group starts in its order (dependency: what a process needs comes first and is waited for; sequential: one after the other; parallel: all at once) and stops " +
    "against it (sequential: one by one, from the last on); a restart does both. When one fails, the others stand and are named; --rollback stops again what the command started.",
  flags: [
    {
      flags: "--order <O>",
      about: "Start in this order, or stop against it: dependency, sequential or parallel (default: what the group says)",
    },
    { flags: "--rollback", about: "When one fails to start, stop again those that this command started" },
    { flags: "--no-wait", about: "Return at once instead of waiting until all are ready" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: [
    "ghost group list",
    "ghost group start backend --rollback",
    "ghost group status backend",
    "ghost group create night api worker",
  ],
  async run(context) {
    const [action = "list", name, ...rest] = context.names;
    switch (action as (typeof ACTIONS)[number]) {
      case "list":
        return list(context);
      case "status":
        return name === undefined ? list(context) : status(context, only(context, name, rest));
      case "start":
      case "stop":
      case "restart":
        return act(context, action as GroupVerb, only(context, await nameOrChoice(context, action, name), rest));
      case "create":
        return create(context, required(context, action, name), rest);
      case "delete":
        return remove(context, only(context, await nameOrChoice(context, action, name), rest));
      default:
        throw usage(context.verb, `there is no ${action}`, `one of ${ACTIONS.join(", ")}; `);
    }
  },
};

function required(context: Context, action: string, name: string | undefined): string {
  if (name === undefined) throw usage(context.verb, `${action} needs the NAME of a group`, "ghost group list shows them; ");
  return name;
}

async function nameOrChoice(context: Context, action: string, name: string | undefined): Promise<string> {
  if (name !== undefined || !context.interactive) return required(context, action, name);
  const { chooseGroup } = await import("../choice.ts");
  return chooseGroup(await context.connect("if-not-stopped").groups(), `Which group to ${action}?`);
}

function only(context: Context, name: string, rest: readonly string[]): string {
  if (rest.length > 0) throw usage(context.verb, `${rest[0]} is one argument too many`);
  return name;
}

async function list(context: Context): Promise<number> {
  const groups = await context.connect("if-not-stopped").groups();
  if (context.json) context.printJson(groups);
  else if (context.quiet) context.print(...groups.map(({ project, name }) => `${project}/${name}`));
  else if (groups.length === 0)
    context.say("no groups; a `groups:` in processes.yaml declares some, ghost group create NAME PROCESS… makes one");
  else context.print(...renderGroups(groups, { columns: context.output.columns, paint: await context.paint() }));
  return 0;
}

/** With `--quiet` the exit code tells: 0 if all of the group is as it should be, else 1. */
async function status(context: Context, name: string): Promise<number> {
  const group = await context.connect("if-not-stopped").group(name);
  if (context.json) context.printJson(group);
  else if (!context.quiet) context.print(...renderGroup(group, await context.paint()));
  return context.quiet && group.status !== "up" ? 1 : 0;
}

async function act(context: Context, verb: GroupVerb, name: string): Promise<number> {
  const client = context.connect(verb === "stop" ? "if-not-stopped" : "always");
  const request = {
    noWait: !context.flag("wait"),
    order: orderOption(context),
    rollback: context.flag("rollback"),
    progress: wantsProgress(context),
    by: `ghost group ${verb}`,
  };
  const total = context.messages.isTerminal && wantsProgress(context) ? (await client.group(name)).total : null;
  return reportResults(context, client.actOnGroup(verb, name, request, context.interruption), { doing: DOING[verb], total });
}

function orderOption(context: Context): StartupOrder | undefined {
  const text = context.text("order");
  const order = ORDERS.find((each) => each === text);
  if (text !== undefined && order === undefined) throw usage(context.verb, `--order ${text}: it is one of ${ORDERS.join(", ")}`);
  return order;
}

async function create(context: Context, name: string, processes: readonly string[]): Promise<number> {
  if (processes.length === 0) throw usage(context.verb, "create needs the PROCESSES of the group");
  const group = await context.connect("if-not-stopped").createGroup({ name, processes, startup: orderOption(context) });
  if (context.json) context.printJson(group);
  else context.say(`group ${group.project}/${group.name}: ${group.processes.join(", ")}`);
  return 0;
}

async function remove(context: Context, name: string): Promise<number> {
  const client: DaemonClient = context.connect("if-not-stopped");
  const { project } = await client.group(name);
  await client.deleteGroup(name);
  if (context.json) context.printJson({ project, name, did: "deleted" });
  else context.say(`group ${name} deleted; its processes stay`);
  return 0;
}
