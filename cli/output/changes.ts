import type { PlanChange } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { count } from "./quantities.ts";
import { tame } from "./width.ts";

/** The lines of `ghost plan`: what each process would meet, key by key, and a summary. */
export function renderPlan(changes: readonly PlanChange[], paint: Paint): string[] {
  const moving = changes.filter(({ action }) => action !== "keep");
  return [...moving.flatMap((change) => renderChange(change, paint)), renderPlanSummary(changes)];
}

/** `2 to add, 1 to change (1 restarts), 3 as they are`. */
export function renderPlanSummary(changes: readonly PlanChange[]): string {
  const of = (action: PlanChange["action"]): PlanChange[] => changes.filter((change) => change.action === action);
  const part = (action: PlanChange["action"], verb: string, disruption: string): string | null => {
    const these = of(action);
    const disrupted = these.filter(({ disrupts }) => disrupts).length;
    return these.length === 0 ? null : `${these.length} to ${verb}${disrupted > 0 ? ` (${disrupted} ${disruption})` : ""}`;
  };
  const parts = [part("add", "add", "start"), part("change", "change", disruptedWord(of("change"), "restart")), part("remove", "remove", disruptedWord(of("remove"), "stop"))].filter((text) => text !== null);
  const kept = of("keep").length;
  if (parts.length === 0) return `nothing to change: ${count(kept, "process is", "processes are")} as declared`;
  return [...parts, ...(kept > 0 ? [`${kept} as declared`] : [])].join(", ");
}

function disruptedWord(changes: readonly PlanChange[], verb: string): string {
  return changes.filter(({ disrupts }) => disrupts).length === 1 ? `${verb}s` : verb;
}

function renderChange({ project, name, action, disrupts, differences }: PlanChange, paint: Paint): string[] {
  const full = `${project}/${name}`;
  const details = differences.map((difference) => `    ${renderDifference(difference, paint)}`);
  switch (action) {
    case "add":
      return [paint.green(`+ ${full}`), ...details];
    case "remove":
      return [paint.red(`- ${full}${disrupts ? " (stops)" : ""}`)];
    case "change":
      return [paint.yellow(`~ ${full}${disrupts ? " (restarts)" : ""}`), ...details];
    case "keep":
      return [];
  }
}

function renderDifference({ key, before, after }: PlanChange["differences"][number], paint: Paint): string {
  if (before === null) return `${key}: ${paint.green(tame(after ?? ""))}`;
  if (after === null) return `${key}: ${paint.red(tame(before))} → ${paint.dim("not set")}`;
  return `${key}: ${paint.red(tame(before))} → ${paint.green(tame(after))}`;
}
