import type { SystemView } from "../../core/api/wire.ts";
import { surveyCgroups } from "../process/cgroup-place.ts";
import { type Finding, good } from "./finding.ts";

/** How `resource_limits` are kept: by the daemon's word; without a daemon, by what one that is started from here would find. */
export function checkLimits(system: SystemView | null): Finding[] {
  if (system?.limits) return Object.entries(system.limits).map(([name, how]) => good("limits", `${name}: ${how}`));
  if (system) return [];
  const site = surveyCgroups();
  if ("reason" in site) return [good("limits", `cpu and pids: a daemon started from here could not enforce them: ${site.reason}`)];
  return [good("limits", `${site.controllers.join(", ")}: a daemon started from here may hold them in ${site.base}`)];
}
