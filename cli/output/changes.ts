import type { GroupChange, PlanChange } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { count } from "./quantities.ts";
import { tame } from "./width.ts";

/** The lines of `ghost plan`: what each process would meet, key by key, what becomes of groups, and a summary. */
export function renderPlan(changes: readonly PlanChange[], groups: readonly GroupChange[], paint: Paint): string[] {
  return [...renderChanges(changes, paint), ...renderGroupChanges(groups, paint), renderPlanSummary(changes, groups)];
}

/** A line for each group that changes, and one for what changes of it: who comes and goes, and its order. */
export function renderGroupChanges(groups: readonly GroupChange[], paint: Paint): string[] {
  const marks = { add: paint.green("+"), change: paint.yellow("~"), remove: paint.red("-") };
  return groups.flatMap(({ project, name, action, differences = [] }) => [
    `${marks[action]} group ${project}/${name}`,
    ...differences.map(
      (difference) => `    ${difference.key === "processes" ? renderMembers(difference, paint) : renderDifference(difference, paint)}`,
    ),
  ]);
}

function renderMembers({ key, before, after }: { key: string; before: string; after: string }, paint: Paint): string {
  const [old, now] = [before.split(", "), after.split(", ")];
  const come = now.filter((name) => !old.includes(name)).map((name) => paint.green(`+ ${tame(name)}`));
  const gone = old.filter((name) => !now.includes(name)).map((name) => paint.red(`- ${tame(name)}`));
  return come.length + gone.length > 0 ? `${key}: ${[...come, ...gone].join(", ")}` : renderDifference({ key, before, after }, paint);
}

/** What each process meets, key by key; a PATH that differs, as it does for all of a file, once at the end. */
export function renderChanges(changes: readonly PlanChange[], paint: Paint): string[] {
  const others = changes.map((change) => ({ ...change, differences: change.differences.filter(({ key }) => key !== "PATH") }));
  const shown = others.filter(({ action, differences }) => action !== "change" || differences.length > 0);
  return [...shown.flatMap((change) => renderChange(change, paint)), ...renderPath(changes, paint)];
}

/** The folders that came and went. */
function renderPath(changes: readonly PlanChange[], paint: Paint): string[] {
  const differing = changes.flatMap(({ differences }) => differences.find(({ key }) => key === "PATH") ?? []);
  const [first] = differing;
  if (!first) return [];
  const [before, after] = [first.before, first.after].map((path) => (path ?? "").split(":"));
  const come = after?.filter((folder) => !before?.includes(folder)) ?? [];
  const gone = before?.filter((folder) => !after?.includes(folder)) ?? [];
  const folders = [...come.map((folder) => paint.green(`+ ${tame(folder)}`)), ...gone.map((folder) => paint.red(`- ${tame(folder)}`))];
  const what = folders.length > 0 ? folders.join(", ") : "in another order";
  return [`${paint.yellow("~")} PATH of ${count(differing.length, "process", "processes")}, from the next start on: ${what}`];
}

/** `2 to add, 3 to change (1 of them restarts), 3 as declared`. */
export function renderPlanSummary(changes: readonly PlanChange[], groups: readonly GroupChange[] = []): string {
  return summarize(changes, groups, { add: "to add", change: "to change", remove: "to remove" }, (amount, total, verb) =>
    total === 1 ? `${verb}s` : `${amount === total ? "all" : `${amount} of them`} ${verb}${amount === 1 ? "s" : ""}`,
  );
}

/** The same once it is done: `2 added, 3 changed (1 of them restarted), 3 as declared`. */
export function renderChangesSummary(changes: readonly PlanChange[], groups: readonly GroupChange[] = []): string {
  return summarize(changes, groups, { add: "added", change: "changed", remove: "removed" }, (amount, total, verb) => {
    const done = verb === "stop" ? "stopped" : `${verb}ed`;
    return total === 1 ? done : `${amount === total ? "all" : `${amount} of them`} ${done}`;
  });
}

type Moving = Exclude<PlanChange["action"], "keep">;

function summarize(
  changes: readonly PlanChange[],
  groups: readonly GroupChange[],
  words: Readonly<Record<Moving, string>>,
  disruption: (amount: number, total: number, verb: string) => string,
): string {
  const parts = (["add", "change", "remove"] as const).flatMap((action) => {
    const these = changes.filter((change) => change.action === action);
    const disrupted = action === "add" ? 0 : these.filter(({ disrupts }) => disrupts).length;
    const aside = disrupted > 0 ? ` (${disruption(disrupted, these.length, action === "remove" ? "stop" : "restart")})` : "";
    return these.length === 0 ? [] : [`${these.length} ${words[action]}${aside}`];
  });
  const kept = changes.filter(({ action }) => action === "keep").length;
  if (parts.length === 0 && groups.length > 0) return `${count(groups.length, "group", "groups")}, and no process`;
  if (parts.length === 0) return `nothing to change: ${count(kept, "process is", "processes are")} as declared`;
  return [...parts, ...(kept > 0 ? [`${kept} as declared`] : [])].join(", ");
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
