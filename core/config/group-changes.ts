import type { GroupChange } from "../api/wire.ts";
import type { GroupDefinition } from "./definition.ts";

/** What differs between the groups that files declared before and those that they declare now; where they stand does not count. */
export function groupChanges(before: readonly GroupDefinition[], now: readonly GroupDefinition[]): GroupChange[] {
  const old = new Map(before.map((group) => [keyOf(group), group]));
  const kept = new Set(now.map(keyOf));
  const changed = now.flatMap((group): GroupChange[] => {
    const earlier = old.get(keyOf(group));
    if (earlier && isSame(earlier, group)) return [];
    return [{ project: group.project, name: group.name, action: earlier ? "change" : "add" }];
  });
  const gone = before.filter((group) => !kept.has(keyOf(group)));
  return [...changed, ...gone.map(({ project, name }): GroupChange => ({ project, name, action: "remove" }))];
}

function isSame(a: GroupDefinition, b: GroupDefinition): boolean {
  return a.startup === b.startup && JSON.stringify(a.processes) === JSON.stringify(b.processes);
}

function keyOf({ project, name }: GroupDefinition): string {
  return `${project}/${name}`;
}
