import type { Manifest } from "../../core/config/definition.ts";
import type { StartPolicy } from "../../runtime/client/connect.ts";
import { readManifest } from "../../runtime/config/read-files.ts";
import { wantsProgress } from "../act.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { loadManifest, prepareForLong } from "../manifest.ts";
import { reportResults } from "../outcome.ts";
import { renderChanges, renderChangesSummary, renderGroupChanges } from "../output/changes.ts";

export const command: Command = {
  usage: "[FILE…] [--start] [--prune] [--follow]",
  summary: "Register the processes of a processes.yaml; again applies the difference",
  about:
    "Without a FILE: the processes.yaml here. Several files are merged in order. A running process whose definition changed is restarted; " +
    "what another file registered is never touched. A process that the file no longer declares stays until --prune.",
  flags: [
    { flags: "--start", about: "Start everything in the file that does not run" },
    { flags: "--prune", about: "Stop and forget what this file declared before and does not any more" },
    { flags: "--no-wait", about: "Return at once instead of waiting until they run" },
    { flags: "--follow", about: "Go on, and apply each change of the files until ^C; one that cannot be used changes nothing" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost register", "ghost register processes.yaml production.yaml --start", "ghost register --prune"],
  async run(context) {
    if (context.flag("follow")) return follow(context);
    prepareForLong(context);
    return apply(context, await loadManifest(context), "always");
  },
};

/** What is wrong with the files now is an error; what is wrong with them later is shown. */
async function follow(context: Context): Promise<number> {
  const { manifest } = await readManifest(context.names, context);
  const { followFiles } = await import("../follow.ts");
  // A daemon that was stopped on purpose meanwhile is not to be started again by a change.
  let start: StartPolicy = "always";
  return followFiles(context, manifest.files, async () => {
    await apply(context, await loadManifest(context), start);
    start = "if-not-stopped";
  });
}

/** Applies the difference and tells it; gives the exit code. */
async function apply(context: Context, manifest: Manifest, start: StartPolicy): Promise<number> {
  const request = {
    manifest,
    start: context.flag("start"),
    prune: context.flag("prune"),
    noWait: !context.flag("wait"),
    by: "ghost register",
    progress: wantsProgress(context),
  };
  const { changes, groups = [], warnings, results } = await context.connect(start).register(request, context.interruption);
  for (const warning of warnings) context.warn(warning);
  const paint = await context.messagePaint();
  // What is merely new needs no list: the outcomes that follow name it.
  const changed = changes.filter(({ action }) => action !== "add");
  context.say(...renderChanges(changed, paint), ...renderGroupChanges(groups, paint), renderChangesSummary(changes, groups));
  if (!context.flag("start") && changed.length < changes.length) context.say("next: ghost start NAME…, or register again with --start");
  return finish(context, results, changes, warnings);
}

async function finish(
  context: Context,
  results: Parameters<typeof reportResults>[1],
  changes: readonly { action: string; disrupts: boolean }[],
  warnings: readonly string[],
): Promise<number> {
  const total = context.flag("start") ? changes.length : changes.filter(({ disrupts }) => disrupts).length;
  return reportResults(context, results, {
    doing: context.flag("start") ? "starting" : "applying",
    total,
    extra: { changes, warnings },
    quietWhenEmpty: true,
  });
}
