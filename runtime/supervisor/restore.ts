import type { Cause } from "../../core/api/wire.ts";
import { type Identity, UNSEEN_EXIT } from "../../core/lifecycle/state.ts";
import type { LogStreamTarget } from "../logs/pump.ts";
import { wasWritten } from "../process/fifo.ts";
import { bootId } from "../process/identity.ts";
import { openUnnamedFifo } from "../process/unnamed-fifo.ts";
import { isIdle } from "./actions.ts";
import { deleteAll } from "./delete.ts";
import { defineOwn } from "./own.ts";
import { learnSecrets, logTargets } from "./run.ts";
import { isOwn, isSurplus, type Supervised, supervise } from "./supervised.ts";
import { QUIET_KINDS, STOPPED_BEFORE, type Supervisor } from "./supervisor.ts";
import { resumeChanges } from "./take-up.ts";
import type { Snapshot } from "./tree-scanner.ts";
import { findByLogs, findUnrecorded, oldest } from "./unrecorded.ts";

/** How the daemon before this one ended. */
export interface Past {
  /** True when the machine was started again since: nothing of what ran can live. */
  readonly otherBoot: boolean;
  /** True after an ordered stop, on another boot, or after damage: every service that is wanted up is started anew. */
  readonly freshStart: boolean;
  /** True when `state.db` was lost and made anew from its copy: nothing is known of what runs. */
  readonly recovered: boolean;
}

/**
 * Takes over what the last daemon left. Each process that was running is either the same one (adopted: no restart, logs
 * go on), or another run that was not recorded, or gone (its policy decides); intents to start are resolved first, so that
 * nothing is started twice.
 */
export function restore(supervisor: Supervisor, past: Past): void {
  for (const head of supervisor.parts.store.loadManifests()) supervisor.manifests.set(head.id, head);
  for (const stored of supervisor.parts.store.loadProcesses()) supervisor.processes.set(stored.key, supervise(stored));
  for (const definition of supervisor.parts.own) defineOwn(supervisor, definition);
  const processes = [...supervisor.processes.values()];
  for (const process of processes) {
    process.why = supervisor.parts.store.lastCause({ ...process.definition, instance: process.instance }, QUIET_KINDS) ?? process.why;
    learnSecrets(supervisor, process);
    supervisor.dependencies.recall(process);
  }
  const snapshot = supervisor.scanner.now();
  for (const process of processes) {
    if (!past.otherBoot) findUnrecorded(supervisor, process, snapshot, past.recovered);
    if (past.otherBoot)
      supervisor.dispatch(process, {
        type: "lost",
        unfinished: process.definition.type === "oneshot",
        cause: { kind: "boot", text: "went down with the machine" },
      });
    else restoreOne(supervisor, process, snapshot);
  }
  supervisor.together(() => {
    for (const process of processes) {
      finishUnwanted(supervisor, process);
      if (past.freshStart && isOwn(process)) restUntilNeeded(supervisor, process);
      else if (past.freshStart || isDownOrGoing(process)) startIfWanted(supervisor, process);
    }
    supervisor.listeners.settle();
    for (const process of processes) supervisor.followPorts(process);
    // What was lost in the gap is lost now; what came is there.
    for (const process of processes) supervisor.dependencies.reconsider(process);
  });
  // Where all is started anew, nothing is of an earlier definition.
  if (past.freshStart) supervisor.pendingChanges.settle(supervisor.pendingChanges.all());
  else void resumeChanges(supervisor);
  // Instances that the last daemon did not get to take away.
  const surplus = processes.filter(isSurplus);
  if (surplus.length > 0) void deleteAll(supervisor, surplus, { by: "a scale that the last daemon was asked for" }, () => {});
}

/** A stop whose wish was recorded and whose beginning was not: the last daemon died in between. */
function finishUnwanted(supervisor: Supervisor, process: Supervised): void {
  if (process.machine.desired === "up" || process.machine.state.at !== "running") return;
  supervisor.dispatch(process, {
    type: "stop",
    force: false,
    cause: { kind: "stop", text: "a stop that the last daemon was asked for is finished" },
  });
}

function restoreOne(supervisor: Supervisor, process: Supervised, snapshot: Snapshot): void {
  const { state } = process.machine;
  switch (state.at) {
    case "starting":
      return resolveIntent(supervisor, process, state.token, snapshot);
    case "running":
    case "stopping":
      return state.identity
        ? takeOver(supervisor, process, state.identity, snapshot)
        : resolveIntent(supervisor, process, state.at === "stopping" ? state.token : "", snapshot);
    case "backoff":
      process.backoffTimer = setTimeout(
        () => supervisor.dispatch(process, { type: "timer", generation: process.machine.generation }),
        Math.max(0, state.untilMs - Date.now()),
      );
      return;
    case "waiting":
    case "stopped":
    case "exited":
    case "failed":
      return;
    default:
      state satisfies never;
  }
}

function takeOver(supervisor: Supervisor, process: Supervised, identity: Identity, snapshot: Snapshot): void {
  // The main process leads its group and comes first, whatever was recorded.
  process.members = new Map([[identity.pid, identity.startTicks], ...process.members]);
  // A process that nobody wants any more must not be judged by its restart policy.
  if (process.machine.desired === "down" && process.machine.state.at === "running") return adopt(supervisor, process, identity);
  if (snapshot.table.find(identity.pid, identity.startTicks)) return adopt(supervisor, process, identity);
  // What it wrote last waits in its FIFOs, held by the keeper.
  resumeLogs(supervisor, process);
  const leftovers = hasSurvivors(process, identity, snapshot);
  if (process.machine.state.at === "stopping") {
    supervisor.dispatch(process, { type: "exited", exit: UNSEEN_EXIT, leftovers });
    resumeStop(supervisor, process);
    return;
  }
  supervisor.dispatch(process, { type: "exited", exit: UNSEEN_EXIT, leftovers });
}

function adopt(supervisor: Supervisor, process: Supervised, identity: Identity): void {
  process.adopted = true;
  resumeLogs(supervisor, process);
  supervisor.parts.pump.watchExit(identity.pid, identity.startTicks);
  const cause: Cause = {
    kind: "adopted",
    text: `the daemon came back and took pid ${identity.pid} over; it was not touched`,
    facts: { pid: identity.pid },
  };
  supervisor.record(process, "running", "running", cause);
  supervisor.runChanges.tell(process);
  if (process.machine.state.at === "stopping") resumeStop(supervisor, process);
}

/** A stop that the last daemon began is gone through again: asking twice does no harm. */
function resumeStop(supervisor: Supervisor, process: Supervised): void {
  const { state } = process.machine;
  if (state.at === "stopping") supervisor.resumeTermination(process, state.force);
}

function hasSurvivors(process: Supervised, identity: Identity, snapshot: Snapshot): boolean {
  const members = [...process.members].some(([pid, startTicks]) => snapshot.table.find(pid, startTicks));
  return members || snapshot.withToken(identity.token).length > 0;
}

/**
 * An intent is open. Either the spawn happened and its process bears the token or holds our FIFOs; or the process ended
 * since, which is known by what it wrote (one that never wrote a byte is taken for one that was not started); or there was none.
 */
function resolveIntent(supervisor: Supervisor, process: Supervised, token: string, snapshot: Snapshot): void {
  const found = oldest(snapshot.withToken(token)) ?? findByLogs(supervisor, process, snapshot);
  if (found) {
    const identity: Identity = { pid: found.pid, startTicks: found.startTicks, bootId, token };
    process.members = new Map([[found.pid, found.startTicks]]);
    process.adopted = true;
    resumeLogs(supervisor, process);
    supervisor.parts.pump.watchExit(found.pid, found.startTicks);
    supervisor.dispatch(process, { type: "spawned", identity });
  } else if (process.machine.state.at === "stopping") supervisor.dispatch(process, { type: "spawn-failed", message: STOPPED_BEFORE });
  else {
    const ran = logTargets(supervisor, process, null).some(({ fifo }) => wasWritten(fifo));
    supervisor.dispatch(process, { type: "intent-lost", ran });
  }
}

function resumeLogs(supervisor: Supervisor, process: Supervised): void {
  for (const target of logTargets(supervisor, process, null)) resumeLog(supervisor, process, target);
}

/** Who took away the names in `run/` did not take the FIFOs away: what writes into them would wait for ever if nobody read. */
function resumeLog(supervisor: Supervisor, process: Supervised, target: LogStreamTarget): void {
  supervisor.parts.pump.resume({ ...target, opened: findUnnamed(supervisor, process, target.fifo) });
}

function findUnnamed(supervisor: Supervisor, process: Supervised, fifo: string): number | undefined {
  try {
    return openUnnamedFifo(process.members.keys(), fifo) ?? undefined;
  } catch (error) {
    const text = `its output is lost until it is restarted: its pipe ${fifo} was removed and cannot be opened any more (${(error as Error).message})`;
    supervisor.record(process, null, null, { kind: "output-lost", text });
    return undefined;
  }
}

/** At rest, or about to be: one that is wanted is so because the last daemon died in the middle of a restart in order, or of its own end. */
function isDownOrGoing({ machine: { state } }: Supervised): boolean {
  return state.at === "stopped" || (state.at === "stopping" && state.afterwards === "stop");
}

/** What Ghost itself runs begins when something needs it, not with the machine. */
function restUntilNeeded(supervisor: Supervisor, process: Supervised): void {
  if (isIdle(process.machine) && process.machine.desired === "up") supervisor.dispatch(process, { type: "arm", armed: false, cause: null });
}

function startIfWanted(supervisor: Supervisor, process: Supervised): void {
  const { machine, definition } = process;
  if (machine.desired !== "up" || definition.type !== "service") return;
  if (["running", "starting", "waiting"].includes(machine.state.at)) return;
  if (machine.state.at === "stopping" && !isDownOrGoing(process)) return;
  supervisor.dispatch(process, { type: "start", cause: { kind: "start", text: "started with the daemon" } });
}
