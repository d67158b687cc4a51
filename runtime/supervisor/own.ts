/** What Ghost itself runs among the supervised processes. */
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { OWN_MANIFEST_ID } from "../../core/config/own-processes.ts";
import { registered } from "../../core/lifecycle/state.ts";
import { isOwn, keyOf, type Supervised, supervise } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Puts a process of Ghost's own beside what was loaded, with the run that the last daemon left and the definition that this one has of it. Where people
 * registered that very name with a version that did not reserve it, theirs stays.
 */
export function defineOwn(supervisor: Supervisor, definition: ProcessDefinition): void {
  const key = keyOf(definition);
  const known = supervisor.processes.get(key);
  if (known && !isOwn(known)) return;
  // Its name serves as id: should the state be lost, its FIFOs still tell whose run it is.
  const process = known ?? supervise({ key, id: definition.name, manifestId: OWN_MANIFEST_ID, definition });
  const isKnown = known !== undefined && JSON.stringify(known.definition) === JSON.stringify(definition);
  process.definition = definition;
  supervisor.processes.set(key, process);
  if (isKnown) return;
  const { id, manifestId, instance, machine = registered } = process;
  supervisor.parts.store.saveOwn({ key, id, manifestId, definition, instance, machine, results: [], members: [] });
}

/** Ghost's own process of this name; null where people's own has the name. */
export function findOwn(supervisor: Supervisor, name: { readonly project: string; readonly name: string }): Supervised | null {
  const process = supervisor.processes.get(keyOf(name));
  return process && isOwn(process) ? process : null;
}
