import type { HistoryEntry } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { HistoryQuery } from "../../runtime/client/client.ts";
import type { Command } from "../command.ts";
import { type Context, countOption } from "../context.ts";
import { renderTimeline } from "../output/timeline.ts";
import { sinceOption } from "../since.ts";

const ENTRIES_BY_DEFAULT = 20;

export const command: Command = {
  usage: "[NAME…] [--all] [-n N] [--since D]",
  summary: "Tell what happened and why: every change, its cause and what the cause knew",
  about:
    "Without a NAME the one timeline of everything, with daemon restarts, boots, OOM kills and full disks; with --all also each step that only " +
    "follows from another (the start after a restart, what a new daemon took over). The newest comes last.",
  flags: [
    { flags: "-a, --all", about: "Everything, the daemon included, step by step" },
    { flags: "-n, --lines <N>", about: `At most N changes (default ${ENTRIES_BY_DEFAULT})` },
    { flags: "--since <D>", about: "Only what happened in the last 10m, 2h, … or since 22:05, yesterday, 2026-11-26T22:05" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost why api", "ghost why --since 1h", "ghost why api -n 100 --json"],
  async run(context) {
    const names = context.flag("all") ? [] : context.names;
    const entries = await read(context, {
      names,
      limit: countOption(context, "lines", ENTRIES_BY_DEFAULT),
      since: sinceOption(context, new Date()),
      ...(!context.json && !context.flag("all") && { brief: true }),
    });
    if (context.json) context.printJson(entries);
    else if (entries.length === 0) context.say("nothing happened yet");
    else
      context.print(
        ...renderTimeline(entries, {
          columns: context.output.columns,
          paint: await context.paint(),
          named: names.length !== 1 || isPattern(names[0] ?? "") || ofSeveral(entries),
        }),
      );
    return 0;
  },
};

/** After `ghost daemon stop` the state is read without a daemon: it would start everything that is wanted. */
async function read(context: Context, query: HistoryQuery): Promise<HistoryEntry[]> {
  try {
    return await context.connect("if-not-stopped").history(query);
  } catch (error) {
    if (!(error instanceof GhostError) || error.code !== "DAEMON_STOPPED") throw error;
    const { readHistoryOffline } = await import("../../runtime/daemon/offline-history.ts");
    const { names = [], limit = ENTRIES_BY_DEFAULT, since, brief = false } = query;
    return readHistoryOffline(context.home, names, { limit, sinceMs: since?.getTime() ?? 0, brief });
  }
}

/** A name may also stand for a group, or for several instances. */
function ofSeveral(entries: readonly HistoryEntry[]): boolean {
  return new Set(entries.map(({ project, name, instance }) => `${project}/${name}:${instance}`)).size > 1;
}

/** A pattern may stand for several processes, so each line must say whose it is. */
function isPattern(name: string): boolean {
  return name === "all" || /[*?[{]/.test(name);
}
