import type { HubHealth, HubView } from "../../../core/api/wire.ts";
import { isCrashLooping } from "../../../core/lifecycle/state.ts";
import { isReady, pidOf, statusOf } from "../../../core/lifecycle/view.ts";
import { isIdle } from "../../supervisor/actions.ts";
import type { Supervised } from "../../supervisor/supervised.ts";

/** What the daemon knows of the hub. */
export interface HubFacts {
  /** Null where people's own process has its name. */
  readonly process: Supervised | null;
  readonly socket: string;
  readonly starts: HubView["starts"];
  /** Why its socket could not be made. */
  readonly socketProblem: string | null;
  /** The build of its last run. */
  readonly version: string | null;
  readonly latencyMs: number | null;
  readonly health: HubHealth | null;
  readonly events: HubView["events"];
  /** Which of its sockets for apps could not be made, and why. */
  readonly doorProblems: readonly string[];
}

/** The hub as clients see it. */
export function describeHub(facts: HubFacts): HubView {
  const { process, socket, starts, events } = facts;
  const machine = process?.machine;
  const running = machine !== undefined && isReady(machine);
  return {
    running,
    status: machine ? statusOf(machine) : "stopped",
    pid: machine ? pidOf(machine) : null,
    socket,
    starts,
    startedAt: machine && !isIdle(machine) && machine.startedMs !== null ? new Date(machine.startedMs).toISOString() : null,
    restarts: machine?.restarts ?? 0,
    why: process?.why ?? "",
    version: running ? facts.version : null,
    latencyMs: running ? facts.latencyMs : null,
    health: running ? facts.health : null,
    events,
    warnings: [...warningsOf(facts)],
  };
}

/** What a person should know, the remedy in brackets at its end. */
function* warningsOf({ process, socketProblem, health, doorProblems }: HubFacts): Generator<string> {
  yield* doorProblems;
  if (socketProblem !== null) yield `the hub's socket cannot be made: ${socketProblem}`;
  if (process === null) return;
  const { machine, why } = process;
  const status = statusOf(machine);
  if (status === "unhealthy") yield `the hub is unhealthy: ${why} (ghost logs ghost/hub)`;
  else if (status !== "running" && machine.desired === "up" && isCrashLooping(machine, Date.now()))
    yield `the hub keeps ending: ${why} (ghost logs ghost/hub, ghost why ghost/hub)`;
  if (status === "running" && Array.isArray(health?.warnings)) yield* health.warnings.map(String);
  if (status === "running" && health !== null && health.status !== "healthy")
    yield `the hub says that it is ${health.status}${failing(health)} (ghost hub status, ghost logs ghost/hub)`;
}

function failing({ checks }: HubHealth): string {
  const errors = Object.entries(checks).flatMap(([name, { error }]) => (error === undefined ? [] : [`${name}: ${error}`]));
  return errors.length === 0 ? "" : `: ${errors.join("; ")}`;
}
