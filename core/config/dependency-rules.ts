import type { Dependency, ProcessDefinition } from "./definition.ts";
import { nearest } from "./suggest.ts";

/** At most this many steps of a circle are told, in processes: nobody reads more, and a file may hold thousands. */
const CIRCLE_SHOWN_MAX = 20;

/** Why a condition can never hold, with the remedy; null when it can. */
export function whyNever(condition: Dependency["condition"], other: ProcessDefinition): readonly [string, string] | null {
  const { name, type, healthCheck } = other;
  if (condition === "healthy" && !healthCheck)
    return ["it has no health_check", `give ${name} a health_check, or write ${type === "oneshot" ? "completed" : "started"}`];
  if (condition === "completed" && type === "service")
    return ["a service does not complete", `give ${name} \`type: oneshot\`, or write ${healthCheck ? "healthy" : "started"}`];
  return null;
}

/** What may have been meant by a name that no process has. */
export function suggestProcess(name: string, groups: ReadonlySet<string>, processes: Iterable<string>): string {
  if (groups.has(name)) return `${name} is a group: name its processes`;
  const near = nearest(name, processes);
  return near === null ? "declare it in this file, or register both files together" : `did you mean ${near}?`;
}

/** The error for a circle; `steps` are phrases such as `a needs b`. */
export function describeCircle(steps: readonly string[]): { readonly message: string; readonly hint: string } {
  const told = steps.slice(0, CIRCLE_SHOWN_MAX);
  const rest = steps.length > told.length ? `, and ${steps.length - told.length} more steps` : "";
  return {
    message: `cannot order the processes, for they need each other: ${told.join(", ")}${rest}`,
    hint: "remove one of these depends_on",
  };
}
