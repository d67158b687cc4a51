import { GhostError } from "../../../core/errors/ghost-error.ts";
import { readNodeConfiguration } from "../../config/read-node-file.ts";
import { stopAll } from "../../supervisor/stop-all.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { living } from "../signals.ts";

interface StopBody {
  /** Children live on, to be adopted by the next daemon. */
  readonly leave?: boolean;
  readonly by?: string;
}

/** Ending and replacing the daemon. */
export function daemonRoutes(node: DaemonNode): Route[] {
  return [
    { method: "POST", pattern: "/v1/daemon/stop", handle: (call) => stop(node, call) },
    { method: "POST", pattern: "/v1/daemon/restart", handle: (call) => restart(node, call) },
  ];
}

async function stop(node: DaemonNode, call: Call): Promise<void> {
  const { leave = false, by = "ghost daemon stop" } = await call.body<StopBody>();
  const lines = call.lines();
  if (!leave) await stopAll(node.supervisor, living(node), { by, keepDesired: true }, (result) => lines.write(result));
  lines.end();
  node.finish({ leave, next: false });
}

async function restart(node: DaemonNode, call: Call): Promise<void> {
  await call.body();
  if (!node.hasSuccessor) {
    throw new GhostError("UNSUPPORTED", "cannot restart the daemon: it runs in the foreground, so that whoever started it has to", {
      hint: "end it with `ghost daemon stop --leave`, which leaves the processes running, and start it again",
    });
  }
  // The next daemon reads the node's file: what it cannot read must not leave the processes without any.
  await readNodeConfiguration(node.home.root, process.env);
  call.json({ pid: process.pid });
  node.finish({ leave: true, next: true });
}
