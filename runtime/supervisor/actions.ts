import type { ActionRequest, ActionResult, Cause } from "../../core/api/wire.ts";
import { maskValues } from "../../core/config/secrets.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { describeExit, type Machine } from "../../core/lifecycle/state.ts";
import { pidOf } from "../../core/lifecycle/view.ts";
import { isSignalName, signalProcess } from "../process/signal.ts";
import { signalName } from "../process/subreaper.ts";
import { type LogMarks, lastLinesOf, markLogs } from "./last-lines.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { untilChange } from "./until-change.ts";

/** A program that lives this long after its spawn has started; what dies sooner is told with its last lines. In ms. */
const SETTLE_MS = 300;
/** The same when many start together: a failure among many is seen in the list, and nobody wants to wait for each. */
const SETTLE_MANY_MS = 100;
const MANY = 20;
/** A stop that takes this much longer than its own timeout is reported as failed, though it goes on. In ms. */
const STOP_MARGIN_MS = 5_000;

/** Tells each result as soon as it is true. */
export type Report = (result: ActionResult) => void;

/** Starts processes, all at once, and waits until each runs and has not died at once. */
export async function startAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: ActionRequest,
  report: Report,
): Promise<void> {
  supervisor.parts.store.saveDesired(processes, "up");
  const settleMs = processes.length >= MANY ? SETTLE_MANY_MS : SETTLE_MS;
  const cause: Cause = { kind: "start", text: `started by ${request.by ?? "a request"}` };
  const starting = supervisor.together(() =>
    processes.map(async (process) => {
      const before = process.machine;
      const marks = markLogs(supervisor, process);
      const ran = before.state.at === "running" || before.state.at === "starting";
      supervisor.dispatch(process, { type: "start", cause });
      if (!request.noWait) await untilStarted(process, before, settleMs);
      report(
        ran && process.machine.state.at === "running"
          ? done(process, "already running")
          : startResult(supervisor, process, { before, marks }, "started"),
      );
    }),
  );
  await Promise.all(starting);
}

/** Stops processes, all at once, and waits until each tree is empty. `keepDesired`: the daemon itself goes; nothing starts after that. */
export async function stopAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: ActionRequest & { keepDesired?: boolean },
  report: Report,
): Promise<void> {
  if (request.keepDesired) supervisor.halt();
  else supervisor.parts.store.saveDesired(processes, "down");
  const cause: Cause = { kind: "stop", text: `${request.force ? "killed" : "stopped"} by ${request.by ?? "a request"}` };
  await Promise.all(
    processes.map(async (process) => {
      const idle = isIdle(process.machine);
      supervisor.dispatch(process, { type: "stop", cause, force: request.force ?? false, keepDesired: request.keepDesired });
      const limitMs = process.definition.stop.timeoutMs + STOP_MARGIN_MS;
      const ended = request.noWait || (await untilChange(process, () => process.machine.state.at !== "stopping", limitMs));
      report(
        ended
          ? done(process, idle ? "was not running" : request.noWait ? "asked to stop" : "stopped")
          : failed(process, notEnding(process)),
      );
    }),
  );
}

/** Restarts processes, all at once; those that do not run are started. */
export async function restartAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: ActionRequest & { cause?: Cause },
  report: Report,
): Promise<void> {
  supervisor.parts.store.saveDesired(processes, "up");
  const settleMs = processes.length >= MANY ? SETTLE_MANY_MS : SETTLE_MS;
  const cause = request.cause ?? { kind: "restart", text: `restarted by ${request.by ?? "a request"}` };
  await Promise.all(
    processes.map(async (process) => {
      const idle = isIdle(process.machine);
      const marksBefore = markLogs(supervisor, process);
      supervisor.dispatch(process, { type: "restart", free: true, cause });
      const limitMs = process.definition.stop.timeoutMs + STOP_MARGIN_MS;
      const ended = request.noWait || (await untilChange(process, () => process.machine.state.at !== "stopping", limitMs));
      if (!ended) return report(failed(process, notEnding(process)));
      const before = process.machine;
      // What the old run said at its end is not why the new one fell.
      const marks = idle ? marksBefore : markLogs(supervisor, process);
      if (!request.noWait) await untilStarted(process, before, settleMs);
      report(startResult(supervisor, process, { before, marks }, idle ? "started" : "restarted"));
    }),
  );
}

/** Sends a signal to main processes. Throws USAGE for a signal that does not exist. */
export function signalAll(processes: readonly Supervised[], name: string | undefined, report: Report): void {
  const signal = normalizeSignal(name);
  for (const process of processes) {
    const { state } = process.machine;
    const identity = state.at === "running" || state.at === "stopping" ? state.identity : null;
    if (identity && signalProcess(identity, signal)) report(done(process, `got ${signal}`));
    else
      report(
        failed(
          process,
          new GhostError("FAILED", `cannot signal ${process.definition.name}: it does not run`, {
            hint: `ghost start ${process.definition.name}`,
          }),
        ),
      );
  }
}

/** `HUP`, `hup`, `SIGHUP` and `1` are one signal. */
function normalizeSignal(name: string | undefined): NodeJS.Signals {
  const upper = /^\d+$/.test(name ?? "") ? signalName(Number(name)) : (name ?? "").toUpperCase();
  const full = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  if (isSignalName(full)) return full;
  throw new GhostError("USAGE", `cannot send ${name || "no signal"}: there is no such signal`, {
    hint: "e.g. ghost signal NAME HUP; `kill -l` lists them",
  });
}

/** Nothing of it runs, and nothing is about to. */
export function isIdle(machine: Machine): boolean {
  return machine.state.at === "stopped" || machine.state.at === "exited" || machine.state.at === "failed";
}

/** The result of an action that succeeded. */
export function done(process: Supervised, did: string): ActionResult {
  const { project, name } = process.definition;
  return { project, name, instance: process.instance, ok: true, did, pid: pidOf(process.machine) };
}

/** The result of an action that failed. */
export function failed(process: Supervised, error: GhostError): ActionResult {
  return { ...done(process, "failed"), ok: false, error: error.body() };
}

function notEnding(process: Supervised): GhostError {
  const pids = [...process.members.keys()].join(", ");
  return new GhostError("TIMED_OUT", `cannot stop ${process.definition.name}: pid ${pids} does not end, not even by SIGKILL`, {
    hint: "it waits inside the kernel, for a disk or a network mount perhaps; Ghost goes on waiting for it",
  });
}

/** A process as it was before it was asked to start. */
interface Earlier {
  readonly before: Machine;
  readonly marks: LogMarks;
}

/** What came of a start, as of now. */
function startResult(supervisor: Supervisor, process: Supervised, { before, marks }: Earlier, did: string): ActionResult {
  const { machine, definition } = process;
  const fell = hasFallen(machine, before);
  if (!fell && machine.state.at !== "failed") {
    if (machine.state.at === "exited") return done(process, definition.type === "oneshot" ? "completed" : "ended as it should");
    if (machine.state.at === "stopped")
      return failed(process, new GhostError("START_FAILED", `cannot start ${definition.name}: it was stopped meanwhile`));
    return done(process, machine.state.at === "running" ? did : "starting");
  }
  return failed(process, whyNotUp(supervisor, process, marks));
}

/** Since `before` a run ended that should not have. */
function hasFallen(machine: Machine, before: Machine): boolean {
  return machine.restarts > before.restarts || (machine.state.at === "failed" && machine.lastExit !== before.lastExit);
}

function whyNotUp(supervisor: Supervisor, process: Supervised, marks: LogMarks): GhostError {
  const { machine, definition } = process;
  const exit = machine.lastExit;
  const next = machine.state.at === "failed" ? "" : "; it is being restarted";
  const reason = exit ? maskValues(describeExit(exit), process.secretValues) : process.why;
  if (exit?.spawnError) return new GhostError("START_FAILED", `cannot start ${definition.name}: ${reason}`, { details: { lastLines: [] } });
  const lastLines = lastLinesOf(supervisor, process, marks);
  return new GhostError("START_FAILED", `cannot start ${definition.name}: it ${reason}${next}`, {
    hint: `ghost logs ${definition.name}, ghost why ${definition.name}`,
    details: { lastLines, exitCode: exit?.code ?? null, signal: exit?.signal ?? null },
  });
}

/** Waits until the process runs and has settled, or has come to an end, or has fallen. */
async function untilStarted(process: Supervised, before: Machine, settleMs: number): Promise<void> {
  for (;;) {
    const { machine } = process;
    if (isIdle(machine) || hasFallen(machine, before)) return;
    if (machine.state.at === "running") {
      const leftMs = settleMs - (Date.now() - (machine.startedMs ?? 0));
      if (leftMs <= 0) return;
      await untilChange(process, () => process.machine !== machine, leftMs);
    } else await untilChange(process, () => process.machine !== machine, Number.POSITIVE_INFINITY);
  }
}
