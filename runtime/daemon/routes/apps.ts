import type { BeatOf, ControlRequest } from "../../../core/api/apps.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { findBeating, hear } from "../../supervisor/app-beats.ts";
import { control } from "../apps/control.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";

/** What the hub passes on from apps: who they are was found out there, by their tokens. */
export function appRoutes(node: DaemonNode): Route[] {
  return [
    { method: "POST", pattern: "/v1/apps/beats", handle: (call) => takeBeats(node, call) },
    { method: "POST", pattern: "/v1/apps/control", handle: (call) => takeControl(node, call) },
    { method: "GET", pattern: "/v1/apps/:name/config", handle: (call) => answerConfig(node, call) },
  ];
}

/** Beats of whom nobody knows, or who does not run any more, are no matter. */
async function takeBeats({ supervisor, health }: DaemonNode, call: Call): Promise<void> {
  const { beats } = await call.body<{ readonly beats?: readonly BeatOf[] }>();
  if (!Array.isArray(beats)) throw new GhostError("USAGE", "cannot take beats: `beats` is not a list");
  let heard = 0;
  for (const told of beats as readonly BeatOf[]) {
    const processes = findBeating(supervisor, told);
    for (const process of processes) health.beat(process, hear(supervisor, process, told.beat));
    if (processes.length > 0) heard += 1;
  }
  call.json({ heard });
}

async function takeControl({ supervisor }: DaemonNode, call: Call): Promise<void> {
  const { app = null, method, arguments: given = {} } = await call.body<Partial<ControlRequest>>();
  if (typeof method !== "string") throw new GhostError("USAGE", "cannot do that: `method` is not a text");
  call.json({ result: await control(supervisor, { app, method, arguments: given }) });
}

function answerConfig({ supervisor }: DaemonNode, call: Call): void {
  const name = call.path.name ?? "";
  const app = [...supervisor.processes.values()].find(({ definition }) => definition.app && definition.name === name)?.definition.app;
  if (!app) throw new GhostError("NOT_FOUND", `cannot find the configuration of ${name}: no app has that name`, { hint: "ghost list" });
  call.json({ config: app.config });
}
