import type { Cause } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isReady } from "../../core/lifecycle/view.ts";
import { signalProcess } from "../process/signal.ts";
import { done, failed, type OwnRequest, type Report, stoppedMeanwhile } from "./actions.ts";
import { inBackground } from "./background.ts";
import { settleMsFor } from "./readiness.ts";
import { type RestartRequest, restartOne } from "./restart-all.ts";
import { keyOf, labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { untilChange } from "./until-change.ts";

/** How long a program that reloads itself is watched for falling over it, in ms. */
const SIGNAL_SETTLE_MS = 500;

/**
 * Lets processes take up changes without being away: by their `reload.signal`, or instance by instance, the next only when
 * the one before is ready. Where neither can be done it is CANNOT_RELOAD, never a silent restart.
 */
export async function reloadAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: OwnRequest,
  report: Report,
): Promise<void> {
  await Promise.all(byDefinition(processes).map((instances) => reloadOne(supervisor, instances, request, report)));
}

async function reloadOne(supervisor: Supervisor, instances: readonly Supervised[], request: OwnRequest, report: Report): Promise<void> {
  const [first] = instances;
  if (!first) return;
  if (first.definition.reload) await Promise.all(instances.map((process) => signalReload(process, report)));
  else if (canRoll(first)) {
    // One that is at rest is started in its turn.
    for (const process of instances)
      if (process.machine.desired === "down") supervisor.dispatch(process, { type: "arm", armed: true, cause: null });
    const rolling = (tell: Report): Promise<unknown> => roll(supervisor, instances, { ...request, cause: reloadCause(request) }, tell);
    if (request.noWait) inBackground(supervisor, instances, "being reloaded", report, rolling);
    else await rolling(report);
  } else for (const process of instances) report(failed(process, cannotReload(process)));
}

/** True where an exchange of instances one by one leaves nobody without an answer: peers go on, or the listener holds what comes. */
export function canRoll({ definition }: Supervised): boolean {
  return definition.instances > 1 || definition.listen !== null;
}

/**
 * Restarts instances one after the other, whether or not whoever asked waits for it; the first that does not become ready ends it, and those after it go on as they are.
 * Gives the one that failed. One that somebody stops or deletes meanwhile stays so, and ends nothing. Those that depend on
 * them are not to take it for a loss.
 */
export async function roll(
  supervisor: Supervisor,
  instances: readonly Supervised[],
  request: RestartRequest,
  report: Report,
): Promise<Supervised | null> {
  for (const process of instances) process.reloads += 1;
  try {
    for (const [index, process] of instances.entries()) {
      if (!isWanted(supervisor, process)) {
        report(failed(process, stoppedMeanwhile(process)));
        continue;
      }
      if ((await restartOne(supervisor, process, { ...request, noWait: false }, settleMsFor(1), report)) || !isWanted(supervisor, process))
        continue;
      for (const left of instances.slice(index + 1)) report(failed(left, notReached(left, process)));
      return process;
    }
    return null;
  } finally {
    for (const process of instances) process.reloads -= 1;
    if (instances[0]) supervisor.dependencies.changed(instances[0]);
  }
}

function isWanted(supervisor: Supervisor, process: Supervised): boolean {
  return process.machine.desired === "up" && supervisor.isRegistered(process);
}

/** Instances that belong together, in their order. */
export function byDefinition(processes: readonly Supervised[]): Supervised[][] {
  const groups = new Map<string, Supervised[]>();
  for (const process of processes) {
    const key = keyOf(process.definition);
    groups.set(
      key,
      [...(groups.get(key) ?? []), process].sort((a, b) => a.instance - b.instance),
    );
  }
  return [...groups.values()];
}

async function signalReload(process: Supervised, report: Report): Promise<void> {
  const { state } = process.machine;
  const signal = (process.definition.reload?.signal ?? "SIGHUP") as NodeJS.Signals;
  const label = labelOf(process);
  if (state.at !== "running" || !signalProcess(state.identity, signal))
    return report(
      failed(process, new GhostError("CANNOT_RELOAD", `cannot reload ${label}: it does not run`, { hint: `ghost start ${label}` })),
    );
  const fell = await untilChange(process, () => !isReady(process.machine), SIGNAL_SETTLE_MS);
  if (!fell) return report(done(process, `reloaded by ${signal}`));
  report(
    failed(
      process,
      new GhostError("FAILED", `cannot reload ${label}: after ${signal} it is not ready any more (${process.why})`, {
        hint: `ghost logs ${label}`,
      }),
    ),
  );
}

function reloadCause(request: OwnRequest): Cause {
  return { kind: "reload", text: `reloaded by ${request.by ?? "a request"}` };
}

function cannotReload(process: Supervised): GhostError {
  const label = labelOf(process);
  return new GhostError("CANNOT_RELOAD", `cannot reload ${label}: it has no other instance, no \`listen\` and no \`reload.signal\``, {
    hint: `add one of them (instances: 2, listen: PORT, reload: { signal: SIGHUP }), or run: ghost restart ${label}`,
  });
}

function notReached(process: Supervised, failing: Supervised): GhostError {
  return new GhostError(
    "FAILED",
    `${labelOf(process)} was not reloaded, because ${labelOf(failing)} did not become ready; it runs as before`,
  );
}
