import type { ActionRequest, ActionResult, ActionWait } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import { pidOf } from "../../core/lifecycle/view.ts";
import { isSignalName, signalProcess } from "../process/signal.ts";
import { signalName } from "../process/subreaper.ts";
import { labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Tells each result as soon as it is true; `waiting`, where it is wanted, who is not ready yet and why. */
export interface Report {
  (result: ActionResult): void;
  readonly waiting?: (wait: ActionWait["waiting"]) => void;
  /** Told, where somebody still hears, what came of what goes on after the answer (`noWait`). */
  readonly later?: (result: ActionResult) => void;
}

/** What an action is asked for, and what only the daemon itself may ask besides. */
export type OwnRequest = ActionRequest & { readonly keepDesired?: boolean };

/** Sends a signal to main processes, and records who asked for it. Throws USAGE for a signal that does not exist. */
export function signalAll(supervisor: Supervisor, processes: readonly Supervised[], request: ActionRequest, report: Report): void {
  const signal = readSignal(request.signal);
  for (const process of processes) {
    const { state } = process.machine;
    const identity = state.at === "running" || state.at === "stopping" ? state.identity : null;
    if (identity && signalProcess(identity, signal)) {
      const text = `got ${signal} from ${request.by ?? "a request"}`;
      supervisor.record(process, null, null, { kind: "signalled", text, facts: { signal, pid: identity.pid } });
      report(done(process, `got ${signal}`));
    } else
      report(
        failed(
          process,
          new GhostError("FAILED", `cannot signal ${labelOf(process)}: it does not run`, {
            hint: `ghost start ${labelOf(process)}`,
          }),
        ),
      );
  }
}

/** `HUP`, `hup`, `SIGHUP` and `1` are one signal. Throws USAGE for one that does not exist. */
export function readSignal(name: string | undefined): NodeJS.Signals {
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

/** Somebody else's stop came last, and stands. */
export function stoppedMeanwhile(process: Supervised): GhostError {
  return new GhostError("START_FAILED", `cannot start ${labelOf(process)}: it was stopped meanwhile`);
}
