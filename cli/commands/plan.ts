import type { PlanChange, RegisterResponse } from "../../core/api/wire.ts";
import type { Manifest } from "../../core/config/definition.ts";
import { groupChanges } from "../../core/config/group-changes.ts";
import { isNothingRegistered } from "../../runtime/client/connect.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { loadManifest, prepareForLong } from "../manifest.ts";
import { renderPlan } from "../output/changes.ts";

export const command: Command = {
  usage: "[FILE…] [--prune]",
  summary: "Show exactly what register would change, and who would restart; change nothing",
  flags: [
    { flags: "--start", about: "As for register --start" },
    { flags: "--prune", about: "As for register --prune" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost plan", "ghost plan processes.yaml production.yaml"],
  async run(context) {
    prepareForLong(context);
    const manifest = await loadManifest(context);
    const plan = await askPlan(context, manifest);
    for (const warning of plan.warnings) context.warn(warning);
    if (context.json) context.printJson(plan);
    else if (!context.quiet) context.print(...renderPlan(plan.changes, plan.groups ?? [], await context.paint()));
    return 0;
  },
};

/** In a home that was never used everything is new: no daemon is started to learn that. */
async function askPlan(context: Context, manifest: Manifest): Promise<RegisterResponse> {
  try {
    return await context.connect("if-not-stopped").plan({ manifest, start: context.flag("start"), prune: context.flag("prune") });
  } catch (error) {
    if (!isNothingRegistered(error)) throw error;
    return { changes: manifest.processes.map(asAddition), groups: groupChanges([], manifest.groups), results: [], warnings: [] };
  }
}

function asAddition({ project, name }: { readonly project: string; readonly name: string }): PlanChange {
  return { project, name, action: "add", disrupts: false, differences: [] };
}
