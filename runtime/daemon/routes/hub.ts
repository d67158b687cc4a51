import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { readAction } from "./processes.ts";

/** The hub: how it is, and having it there. */
export function hubRoutes(node: DaemonNode): Route[] {
  return [
    { method: "GET", pattern: "/v1/hub", handle: async (call) => call.json(await node.hub.freshView()) },
    { method: "POST", pattern: "/v1/hub/start", handle: (call) => start(node, call) },
  ];
}

/** Starts it unless it runs, and answers once it is ready. */
async function start(node: DaemonNode, call: Call): Promise<void> {
  const { by = "a request for the hub" } = await readAction(call);
  // It reads `.ghost.yaml` when it begins: a change that is told of later would have it restarted at once.
  if (node.hub.presence !== "there") await node.settings.refresh();
  call.json(await node.hub.ensure(by));
}
