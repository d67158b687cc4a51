import type { GroupChange } from "../api/wire.ts";
import type { GroupDefinition } from "./definition.ts";

/** What differs between the groups that files declared before and those that they declare now; where they stand does not count. */
export function groupChanges(before: readonly GroupDefinition[], now: readonly GroupDefinition[]): GroupChange[] {
  const old = new Map(before.map((group) => [keyOf(group), group]));
  const kept = new Set(now.map(keyOf));
  const changed = now.flatMap((group): GroupChange[] => {
    const earlier = old.get(keyOf(group));
    const { project, name } = group;
    if (!earlier) return [{ project, name, action: "add" }];
    const differences = differencesOf(earlier, group);
    return differences.length === 0 ? [] : [{ project, name, action: "change", differences }];
  });
  const gone = before.filter((group) => !kept.has(keyOf(group)));
  return [...changed, ...gone.map(({ project, name }): GroupChange => ({ project, name, action: "remove" }))];
}

function differencesOf(before: GroupDefinition, after: GroupDefinition): NonNullable<GroupChange["differences"]> {
  const rows = [
    { key: "processes", before: before.processes.join(", "), after: after.processes.join(", ") },
    { key: "startup", before: before.startup, after: after.startup },
  ];
  return rows.filter((row) => row.before !== row.after);
}

function keyOf({ project, name }: GroupDefinition): string {
  return `${project}/${name}`;
}
