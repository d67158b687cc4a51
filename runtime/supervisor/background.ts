import { GhostError } from "../../core/errors/ghost-error.ts";
import { done, type Report } from "./actions.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Goes on with what whoever asked does not wait for (`noWait`): each process is answered for at once, by `did`, and what fails
 * later is in its history, and told to `report.later` where somebody still hears. Never throws: nobody is there to catch it.
 */
export function inBackground(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  did: string,
  report: Report,
  work: (report: Report) => Promise<unknown>,
): void {
  for (const process of processes) report(done(process, did));
  const find = ({ project, name, instance }: Parameters<Report>[0]): Supervised | undefined =>
    processes.find(
      (process) => process.definition.project === project && process.definition.name === name && process.instance === instance,
    );
  const later: Report = (result) => {
    const process = find(result);
    if (process && result.error) tellFailure(supervisor, process, result.error.message);
    report.later?.(result);
  };
  void work(later).catch((error: unknown) => {
    const text = error instanceof GhostError ? error.message : String((error as Error).stack);
    for (const process of processes) tellFailure(supervisor, process, `not all of what was asked for was done: ${text}`);
  });
}

function tellFailure(supervisor: Supervisor, process: Supervised, text: string): void {
  supervisor.record(process, null, null, { kind: "reload-failed", text });
}
