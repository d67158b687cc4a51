import type { GroupView } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { type Cell, type Column, renderTable } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { title: "GROUP" },
  { title: "STATUS" },
  { title: "READY", align: "right" },
  { title: "STARTUP" },
  { title: "PROCESSES", flexible: true },
];

/** The lines of `ghost group list`: one a group, by name. */
export function renderGroups(groups: readonly GroupView[], { columns, paint }: { columns: number; paint: Paint }): string[] {
  const several = groups.some(({ project }) => project !== groups[0]?.project);
  const rows = groups.map((group): Cell[] => [
    { text: several ? `${group.project}/${group.name}` : group.name, paint: paint.bold },
    { text: group.status, paint: paintOf(group, paint) },
    { text: `${group.ready}/${group.total}` },
    { text: group.startup },
    { text: group.processes.join(", "), paint: paint.dim },
  ]);
  return renderTable(COLUMNS, rows, columns, paint);
}

/** The full account that `ghost group status NAME` gives: how many of how many, who is ill, what is awaited. */
export function renderGroup(group: GroupView, paint: Paint): string[] {
  const ill = group.unhealthy > 0 ? paint.red(`, ${group.unhealthy} unhealthy`) : "";
  return [
    `${paint.bold(`${group.project}/${group.name}`)}  ${paintOf(group, paint)(group.status)}`,
    `  ${paint.dim("ready")}      ${group.ready} of ${group.total}${ill}`,
    `  ${paint.dim("startup")}    ${group.startup}`,
    `  ${paint.dim("made by")}    ${group.origin === "api" ? "ghost group create, or over HTTP" : "a file"}`,
    `  ${paint.dim("processes")}  ${group.processes.join(", ")}`,
    ...group.waiting.map((entry) => {
      const label = entry.instance > 0 ? `${entry.name}:${entry.instance}` : entry.name;
      const how = entry.crashLooping ? `${entry.status}, and keeps falling over` : entry.status;
      return `  ${paint.dim("not ready")}  ${label} is ${how}${entry.for.length > 0 ? `, waits for ${entry.for.join(", ")}` : ""}`;
    }),
  ];
}

function paintOf({ status }: GroupView, paint: Paint): (text: string) => string {
  switch (status) {
    case "up":
      return paint.green;
    case "starting":
    case "partial":
      return paint.yellow;
    case "failed":
      return paint.red;
    case "stopped":
      return paint.dim;
    default:
      return status satisfies never;
  }
}
