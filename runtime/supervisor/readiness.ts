import type { ActionResult } from "../../core/api/wire.ts";
import { maskValues } from "../../core/config/secrets.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { describeExit, type Machine } from "../../core/lifecycle/state.ts";
import { isReady, statusOf } from "../../core/lifecycle/view.ts";
import { done, failed, isIdle, type Report, stoppedMeanwhile } from "./actions.ts";
import { type LogMarks, lastLinesOf, markLogs } from "./last-lines.ts";
import { sentenceOf } from "./port-holders.ts";
import { labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { untilChange } from "./until-change.ts";

/** A program without a health check that lives this long after its spawn has started; what dies sooner is told with its last lines. In ms. */
const SETTLE_MS = 300;
/** The same when many start together: a failure among many is seen in the list, and nobody wants to wait for each. */
const SETTLE_MANY_MS = 100;
const MANY = 20;

/** What becomes of one that waits in vain for something when one failure takes all down again. */
const AFTER_ROLLBACK = "the rollback stops it again";

/** How long a program has to live to have started, when so many start together, in ms. */
export function settleMsFor(count: number): number {
  return count >= MANY ? SETTLE_MANY_MS : SETTLE_MS;
}

/** A process as it was before it was asked to start. */
export interface Earlier {
  readonly before: Machine;
  readonly marks: LogMarks;
}

/** Remembers how a process is now, to tell later what came of a start. */
export function noteEarlier(supervisor: Supervisor, process: Supervised): Earlier {
  return { before: process.machine, marks: markLogs(supervisor, process) };
}

/**
 * Waits until a process is ready (healthy, or settled where there is no check), or has come to an end, or has fallen, or
 * cannot go on by itself. What it waits for is told whenever that changes.
 */
export async function untilReady(
  supervisor: Supervisor,
  process: Supervised,
  before: Machine,
  settleMs: number,
  report: Report,
): Promise<void> {
  let told = "";
  for (;;) {
    const { machine } = process;
    if (isOver(supervisor, process, before)) return;
    const awaited = awaitedBy(supervisor, process);
    if (awaited !== null && JSON.stringify(awaited) !== told) {
      told = JSON.stringify(awaited);
      const { project, name } = process.definition;
      report.waiting?.({ project, name, instance: process.instance, for: awaited });
    }
    const leftMs = isReady(machine) ? remainingMs(process, settleMs) : Number.POSITIVE_INFINITY;
    if (leftMs <= 0) return;
    await untilChange(process, () => process.machine !== machine || isOver(supervisor, process, before), leftMs);
  }
}

/** Nothing that is worth waiting for will happen without somebody's help, or it has happened. */
function isOver(supervisor: Supervisor, process: Supervised, before: Machine): boolean {
  const { machine } = process;
  if (isIdle(machine) || hasFallen(machine, before) || statusOf(machine) === "unhealthy") return true;
  if (machine.state.at !== "waiting") return false;
  return machine.state.blockedBy !== null || supervisor.dependencies.hopeless(process) !== null;
}

/** What a process is waiting for: what it needs, or (an empty list) its own health check; null when it waits for nothing. */
function awaitedBy(supervisor: Supervisor, process: Supervised): string[] | null {
  const { machine } = process;
  if (machine.state.at === "waiting") return supervisor.dependencies.waitingFor(process);
  return machine.state.at === "running" && machine.health === "unknown" ? [] : null;
}

/** A check that passed says more than any time. */
function remainingMs({ machine, definition }: Supervised, settleMs: number): number {
  return definition.healthCheck === null ? settleMs - (Date.now() - (machine.startedMs ?? 0)) : 0;
}

/** What a start is for: a `run` that fell has started, and is told as one that did not complete; what fails before a `rollback` is taken down again, and will not come by itself. */
type StartKind = "start" | "run" | "rollback";

/** What came of a start, as of now. */
export function startResult(
  supervisor: Supervisor,
  process: Supervised,
  { before, marks }: Earlier,
  did: string,
  how: StartKind = "start",
): ActionResult {
  const { machine, definition } = process;
  if (hasFallen(machine, before) || machine.state.at === "failed") return failed(process, whyFallen(supervisor, process, marks, how));
  switch (statusOf(machine)) {
    case "exited":
      return done(process, definition.type === "oneshot" ? "completed" : "ended as it should");
    case "stopped":
      return failed(process, stoppedMeanwhile(process));
    case "unhealthy":
      return failed(process, whyUnhealthy(supervisor, process, marks));
    case "waiting":
      return failed(process, whyWaiting(supervisor, process, how));
    case "running":
      return done(process, did);
    default:
      return done(process, "starting");
  }
}

/** What was asked for, without waiting for it. */
export function begunResult(process: Supervised): ActionResult {
  return done(process, process.machine.state.at === "running" ? "started" : statusOf(process.machine));
}

/** Since `before` a run ended that should not have. */
function hasFallen(machine: Machine, before: Machine): boolean {
  return machine.restarts > before.restarts || (machine.state.at === "failed" && machine.lastExit !== before.lastExit);
}

function whyFallen(supervisor: Supervisor, process: Supervised, marks: LogMarks, how: StartKind): GhostError {
  const { machine } = process;
  const exit = machine.lastExit;
  const label = labelOf(process);
  const next = machine.state.at === "failed" || how === "rollback" ? "" : "; it is being restarted";
  const reason = exit ? maskValues(describeExit(exit), process.secretValues) : process.why;
  if (exit?.spawnError)
    return new GhostError("START_FAILED", `cannot start ${label}: ${reason}`, {
      details: { lastLines: [], spawnFailed: true },
    });
  const what = how === "run" ? `cannot complete ${label}: its run ${reason}` : `cannot start ${label}: it ${reason}`;
  return new GhostError(how === "run" ? "FAILED" : "START_FAILED", `${what}${next}`, {
    hint: `ghost logs ${label}, ghost why ${label}`,
    details: { lastLines: lastLinesOf(supervisor, process, marks), exitCode: exit?.code ?? null, signal: exit?.signal ?? null },
  });
}

function whyUnhealthy(supervisor: Supervisor, process: Supervised, marks: LogMarks): GhostError {
  const label = labelOf(process);
  return new GhostError("START_FAILED", `cannot start ${label}: it runs, and is ${process.why}`, {
    hint: `ghost why ${label} tells what its health check saw`,
    details: { lastLines: lastLinesOf(supervisor, process, marks), probe: process.probe },
  });
}

function whyWaiting(supervisor: Supervisor, process: Supervised, how: StartKind): GhostError {
  const { state } = process.machine;
  const label = labelOf(process);
  const blockedBy = state.at === "waiting" ? state.blockedBy : null;
  if (blockedBy !== null)
    return new GhostError("PORT_IN_USE", `cannot start ${label}: ${sentenceOf(blockedBy)}`, {
      hint: how === "rollback" ? AFTER_ROLLBACK : `${label} starts by itself as soon as that has changed; ghost stop ${label} gives up`,
      details: { lastLines: [] },
    });
  const awaited = supervisor.dependencies.hopeless(process) ?? supervisor.dependencies.waitingFor(process).join(", ");
  return new GhostError("START_FAILED", `cannot start ${label}: it waits for ${awaited}`, {
    hint: `${how === "rollback" ? AFTER_ROLLBACK : `${label} starts by itself as soon as that is there`}; ghost graph shows who needs whom`,
    details: { lastLines: [] },
  });
}
