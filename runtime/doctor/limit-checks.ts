import type { RegisteredDefinition } from "../../core/api/definitions.ts";
import type { SystemView } from "../../core/api/wire.ts";
import type { ResourceLimits } from "../../core/config/definition.ts";
import { surveyCgroups } from "../process/cgroup-place.ts";
import { type Finding, good, warning } from "./finding.ts";

/** Of more processes than this only so many are named. */
const NAMED_MAX = 5;

/**
 * How `resource_limits` are kept: by the daemon's word; without a daemon, by what one that is started from here would find. One that is not
 * enforced though `registered` processes declare it is a warning that names them.
 */
export function checkLimits(system: SystemView | null, registered: readonly RegisteredDefinition[]): Finding[] {
  if (system?.limits) return Object.entries(system.limits).map(([name, how]) => judge(name, how, registered));
  if (system) return [];
  const site = surveyCgroups();
  if ("reason" in site) return [good("limits", `cpu and pids: a daemon started from here could not enforce them: ${site.reason}`)];
  return [good("limits", `${site.controllers.join(", ")}: a daemon started from here may hold them in ${site.base}`)];
}

function judge(limit: string, how: string, registered: readonly RegisteredDefinition[]): Finding {
  const declaring = how.startsWith("not enforced") ? registered.filter(({ definition }) => declares(definition.limits, limit)) : [];
  if (declaring.length === 0) return good("limits", `${limit}: ${how}`);
  const names = declaring.slice(0, NAMED_MAX).map(({ definition }) => `${definition.project}/${definition.name}`);
  const others = declaring.length > names.length ? [`${declaring.length - names.length} more`] : [];
  return warning(
    "limits",
    `${limit}: ${how}; declared by ${[...names, ...others].join(", ")}`,
    `it needs a cgroup v2 that the daemon may write (ghost daemon install gives it one under systemd); else remove resource_limits.${limit}`,
  );
}

function declares({ cpu, pids }: ResourceLimits, limit: string): boolean {
  return (limit === "cpu" && cpu !== null) || (limit === "pids" && pids !== null);
}
