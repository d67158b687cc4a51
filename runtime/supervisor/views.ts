import type { ProcessDetail, ProcessView, Status } from "../../core/api/wire.ts";
import { maskReferences, maskValues } from "../../core/config/secrets.ts";
import { describePolicy } from "../../core/lifecycle/restart.ts";
import { isCrashLooping } from "../../core/lifecycle/state.ts";
import { pidOf, statusOf } from "../../core/lifecycle/view.ts";
import { readProcessTable } from "../process/table.ts";
import { appViewOf } from "./app-beats.ts";
import { isGuest } from "./guests.ts";
import { logFolder } from "./run.ts";
import { liveTree } from "./sampler.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { commandOf } from "./tree-scanner.ts";

/** History entries in a full account of one process. */
const DETAIL_HISTORY_MAX = 10;

/** A process as clients see it. */
export function viewOf(supervisor: Supervisor, process: Supervised): ProcessView {
  const { definition, machine, usage } = process;
  const folder = logFolder(supervisor, process);
  return {
    id: process.id,
    project: definition.project,
    name: definition.name,
    instance: process.instance,
    kind: definition.app || isGuest(process) ? "ghost" : "process",
    type: definition.type,
    status: statusOf(machine),
    desired: machine.desired,
    health: healthOf(process),
    waitingFor: waitingFor(supervisor, process),
    crashLooping: machine.desired === "up" && isCrashLooping(machine, Date.now()),
    pid: pidOf(machine),
    restarts: machine.restarts,
    exitCode: machine.lastExit?.code ?? null,
    exitSignal: machine.lastExit?.signal ?? null,
    exitKnown: machine.lastExit?.known ?? true,
    startedAt: isoOf(machine.startedMs),
    stoppedAt: isoOf(machine.stoppedMs),
    nextStartAt: machine.state.at === "backoff" ? isoOf(machine.state.untilMs) : isoOf(process.nextRunMs),
    ...usage,
    groups: supervisor.groups.namesOf(process),
    node: "local",
    why: process.why,
    source: definition.source?.file ?? null,
    logs: { out: `${folder}/out.log`, err: `${folder}/err.log` },
    foreground: isGuest(process),
  };
}

function healthOf({ definition, machine }: Supervised): ProcessView["health"] {
  if (definition.healthCheck === null) return "none";
  return machine.state.at === "running" ? (machine.health ?? "unknown") : "unknown";
}

/** What a process that waits is waiting for, as phrases. */
export function waitingFor(supervisor: Supervisor, process: Supervised): string[] {
  const { state } = process.machine;
  if (state.at !== "waiting") return [];
  return [...supervisor.dependencies.waitingFor(process), ...(state.blockedBy === null ? [] : [state.blockedBy])];
}

/** A full account of one process. */
export function detailOf(supervisor: Supervisor, process: Supervised): ProcessDetail {
  const { definition, machine } = process;
  const pid = pidOf(machine);
  const tree = pid === null ? [] : liveTree(process, pid, readProcessTable());
  return {
    ...viewOf(supervisor, process),
    command: [definition.executable, ...definition.args].map((text) => maskReferences(supervisor.ports.reveal(process, text))),
    workingDirectory: definition.workingDirectory,
    tree: tree.map((entry) => ({ pid: entry.pid, command: maskValues(commandOf(entry), process.secretValues) })),
    restartPolicy: describePolicy(definition.restart),
    line: definition.source?.line ?? null,
    probe: process.probe,
    app: appViewOf(process),
    schedule: definition.schedule && { cron: definition.schedule.cron, timezone: definition.schedule.timezone },
    results: process.results,
    ports: supervisor.ports.numbersOf(process),
    history: supervisor.parts.store.history({ ...definition, instance: process.instance }, DETAIL_HISTORY_MAX),
  };
}

/** How many of the processes that people registered are in each status. */
export function countByStatus(supervisor: Supervisor): Record<Status | "total", number> {
  const counts = { stopped: 0, waiting: 0, starting: 0, running: 0, unhealthy: 0, stopping: 0, backoff: 0, exited: 0, failed: 0, total: 0 };
  for (const process of supervisor.shown()) {
    counts[statusOf(process.machine)] += 1;
    counts.total += 1;
  }
  return counts;
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
