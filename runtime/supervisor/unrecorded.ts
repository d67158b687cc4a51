/** Runs that live and were not recorded: the state was lost, or the last daemon could not save it. */
import type { Machine, State } from "../../core/lifecycle/state.ts";
import { environmentOf } from "../process/environ.ts";
import { bootId } from "../process/identity.ts";
import type { ProcessEntry } from "../process/table.ts";
import { logTargets } from "./run.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Snapshot } from "./tree-scanner.ts";

/**
 * Where nothing of what is recorded lives, but another run does, that is the run of this process from now on: whoever judged
 * by the record would start a second one. It tells by its environment, or by its logs, whose it is. `lost`: there is no record at all.
 */
export function findUnrecorded(supervisor: Supervisor, process: Supervised, snapshot: Snapshot, lost: boolean): void {
  if (isRecordRight(process.machine.state, snapshot)) return;
  const found = findByName(supervisor, process, snapshot) ?? findStranger(supervisor, process, snapshot, lost);
  if (!found) return;
  const { machine, definition } = process;
  const token = environmentOf(found.pid).get("GHOST_PROCESS") ?? "";
  process.machine = {
    ...machine,
    desired: lost ? "up" : desiredOf(machine),
    ...(definition.healthCheck !== null && { health: "unknown" }),
    startedMs: Date.now(),
    state: { at: "running", identity: { pid: found.pid, startTicks: found.startTicks, bootId, token } },
  };
  process.members = new Map([[found.pid, found.startTicks]]);
  supervisor.parts.store.saveMachine(process.key, process.machine);
}

/** The first of a run: its descendants bear the token too, but came later. */
export function oldest(entries: readonly ProcessEntry[]): ProcessEntry | undefined {
  return [...entries].sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid)[0];
}

/** The first that writes into the FIFOs of a process. */
export function findByLogs(supervisor: Supervisor, process: Supervised, snapshot: Snapshot): ProcessEntry | undefined {
  return oldest(writersOf(supervisor, process, snapshot));
}

/** The main process that is recorded lives, or the run that was about to begin has begun. */
function isRecordRight(state: State, snapshot: Snapshot): boolean {
  if ("identity" in state && state.identity) return snapshot.table.find(state.identity.pid, state.identity.startTicks) !== undefined;
  return "token" in state && snapshot.withToken(state.token).length > 0;
}

/** What bears the token of the recorded run is left of that, and no run of its own. */
function findByName(supervisor: Supervisor, process: Supervised, snapshot: Snapshot): ProcessEntry | undefined {
  const { definition, instance } = process;
  const owner = { home: supervisor.parts.home.root, project: definition.project, name: definition.name, instance };
  const recorded = new Set(snapshot.withToken(recordedToken(process.machine.state)).map((entry) => entry.pid));
  return oldest(snapshot.withName(owner).filter((entry) => !recorded.has(entry.pid)));
}

/**
 * One that overwrote its environment. Ghost makes the first of each run the leader of a group; what else writes there may be left of the
 * recorded run. Whose the writers are while a run begins or ends is told with the intent and the stop.
 */
function findStranger(supervisor: Supervisor, process: Supervised, snapshot: Snapshot, lost: boolean): ProcessEntry | undefined {
  if (lost) return findByLogs(supervisor, process, snapshot);
  if ("token" in process.machine.state) return undefined;
  const recorded = new Set(snapshot.withToken(recordedToken(process.machine.state)).map((entry) => entry.pid));
  const isOther = ({ pid, pgid, startTicks }: ProcessEntry): boolean =>
    pgid === pid && process.members.get(pid) !== startTicks && !recorded.has(pid);
  return oldest(writersOf(supervisor, process, snapshot).filter(isOther));
}

function writersOf(supervisor: Supervisor, process: Supervised, snapshot: Snapshot): readonly ProcessEntry[] {
  return snapshot.writersInto(logTargets(supervisor, process, null).map((target) => target.fifo));
}

function recordedToken(state: State): string {
  if (state.at === "running") return state.identity.token;
  return "token" in state ? state.token : "";
}

/** A run that lives began after the record of a rest: then it is wanted. Where a run was recorded, the wish for it stands. */
function desiredOf({ desired, state }: Machine): Machine["desired"] {
  switch (state.at) {
    case "stopped":
    case "stopping":
    case "exited":
    case "failed":
      return "up";
    case "waiting":
    case "starting":
    case "running":
    case "backoff":
      return desired;
    default:
      return state satisfies never;
  }
}
