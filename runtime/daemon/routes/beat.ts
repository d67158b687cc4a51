import { GhostError } from "../../../core/errors/ghost-error.ts";
import { labelOf } from "../../supervisor/supervised.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { select } from "./processes.ts";

/** Heartbeats of any program: `curl --unix-socket $GHOST_HOME/run/daemon.sock -X POST http://ghost/v1/processes/$GHOST_NAME:$GHOST_INSTANCE/beat`. */
export function beatRoutes(node: DaemonNode): Route[] {
  return [{ method: "POST", pattern: "/v1/processes/:name*/beat", handle: (call) => beat(node, call) }];
}

/** A beat that nobody awaits is refused, because whoever sends it believes to be watched. */
function beat(node: DaemonNode, call: Call): void {
  const processes = select(node, [call.path.name ?? ""]);
  const heard = processes.filter((process) => node.health.beat(process));
  if (heard.length === 0) {
    const names = processes.map(labelOf).join(", ");
    throw new GhostError("UNSUPPORTED", `cannot take a beat of ${names}: none is awaited`, {
      hint: "it has to run, and to have `health_check: { heartbeat: 10s }`",
    });
  }
  call.json(
    heard.map(({ definition: { project, name }, instance, machine }) => ({ project, name, instance, health: machine.health ?? "unknown" })),
  );
}
