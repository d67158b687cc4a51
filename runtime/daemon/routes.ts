import type { Call } from "./call.ts";
import type { Route } from "./http.ts";
import type { DaemonNode } from "./node.ts";
import { appRoutes } from "./routes/apps.ts";
import { beatRoutes } from "./routes/beat.ts";
import { daemonRoutes } from "./routes/daemon.ts";
import { definitionRoutes } from "./routes/definitions.ts";
import { eventRoutes } from "./routes/events.ts";
import { foregroundRoutes } from "./routes/foreground.ts";
import { graphRoutes } from "./routes/graph.ts";
import { groupRoutes } from "./routes/groups.ts";
import { historyRoutes } from "./routes/history.ts";
import { hubRoutes } from "./routes/hub.ts";
import { logRoutes } from "./routes/logs.ts";
import { manifestRoutes } from "./routes/manifests.ts";
import { metricRoutes } from "./routes/metrics.ts";
import { processRoutes } from "./routes/processes.ts";
import { systemRoutes } from "./routes/system.ts";

/** All that the daemon answers to; the first pattern that fits wins. */
export function routes(node: DaemonNode): Route[] {
  return allRoutes(node).map((route) => ({ ...route, handle: (call) => handleFresh(node, route, call) }));
}

/** Whoever asks right after an app was put into `ghosts/` finds it. */
function handleFresh(node: DaemonNode, route: Route, call: Call): Promise<void> | void {
  const looking = node.apps.fresh();
  return looking ? looking.then(() => route.handle(call)) : route.handle(call);
}

function allRoutes(node: DaemonNode): Route[] {
  return [
    ...appRoutes(node),
    ...beatRoutes(node),
    ...foregroundRoutes(node),
    ...processRoutes(node),
    ...groupRoutes(node),
    ...graphRoutes(node),
    ...manifestRoutes(node),
    ...definitionRoutes(node),
    ...historyRoutes(node),
    ...eventRoutes(node),
    ...logRoutes(node),
    ...metricRoutes(node),
    ...systemRoutes(node),
    ...daemonRoutes(node),
    ...hubRoutes(node),
  ];
}
