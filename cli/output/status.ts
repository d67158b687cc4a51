import type { ProcessView, Status } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";

/** The colour of a status: green is well, yellow is on its way or shaky, red needs somebody, dim is at rest. */
export function paintOfStatus(status: Status, paint: Paint): (text: string) => string {
  switch (status) {
    case "running":
      return paint.green;
    case "waiting":
    case "starting":
    case "stopping":
    case "backoff":
      return paint.yellow;
    case "unhealthy":
    case "failed":
      return paint.red;
    case "exited":
      return paint.blue;
    case "stopped":
      return paint.dim;
    default:
      return unknownStatus(status);
  }
}

/** A newer daemon may know a status that this program does not. */
function unknownStatus(_: never): (text: string) => string {
  return (text) => text;
}

/** True when a process is as it was asked to be, and not known to be ill: what `status NAME --quiet` answers. */
export function isAsDesired({ desired, status, health, type, nextStartAt }: ProcessView): boolean {
  if (desired === "down") return status === "stopped" || status === "exited";
  // One that is to run at its times rests in between, before the first time as stopped.
  if (status === "stopped") return nextStartAt !== null;
  return (status === "running" && health !== "unhealthy") || (status === "exited" && type === "oneshot");
}

/** `project/name`, the one way to name a process that is never ambiguous; with its number where it has several instances. */
export function fullName({
  project,
  name,
  instance,
}: {
  readonly project: string;
  readonly name: string;
  readonly instance: number;
}): string {
  return `${project}/${name}${instance > 0 ? `:${instance}` : ""}`;
}

/** True when the processes are of more than one project, so that a bare name could be misread. */
export function spansProjects(processes: readonly { readonly project: string }[]): boolean {
  return processes.some(({ project }) => project !== processes[0]?.project);
}
