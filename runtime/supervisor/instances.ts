import { randomBytes } from "node:crypto";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { scaledTo } from "../../core/config/scaled.ts";
import { withWord } from "../../core/lifecycle/app-word.ts";
import { registered } from "../../core/lifecycle/state.ts";
import { logTargets } from "./run.ts";
import type { StoredProcess } from "./store.ts";
import { keyOf, type Supervised, supervise } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Gives all instances of a process another definition, on disk first. */
export function applyStored(supervisor: Supervisor, manifestId: string, definition: ProcessDefinition): void {
  const head = supervisor.manifests.get(manifestId);
  const instances = supervisor.dependencies.instancesOf(definition.project, definition.name);
  const stored = instances.map(({ instance }) => storedInstance(supervisor, manifestId, definition, instance, 0));
  if (head) supervisor.parts.store.saveRegistration(head, supervisor.parts.secrets.of(manifestId), stored, []);
  for (const process of instances) applyDefinition(supervisor, process, definition);
  supervisor.dependencies.forgetGraph();
}

/** Makes the instances below `count` that are not there, and gives them; all instances know the new count. Durable when it returns. */
export function addInstances(supervisor: Supervisor, first: Supervised, count: number): Supervised[] {
  const { manifestId, word } = first;
  const scaled = scaledTo(declaredOf(first), count);
  applyStored(supervisor, manifestId, scaled);
  const missing = [...Array(count).keys()].filter((instance) => !supervisor.processes.has(keyOf(scaled, instance)));
  const stored = missing.map((instance) => storedInstance(supervisor, manifestId, scaled, instance, instance));
  const head = supervisor.manifests.get(manifestId);
  if (head) supervisor.parts.store.saveRegistration(head, supervisor.parts.secrets.of(manifestId), stored, []);
  const added = stored.map((entry) => supervise(entry));
  for (const process of added) {
    // The same code says the same of itself.
    process.word = word;
    supervisor.processes.set(process.key, process);
    applyDefinition(supervisor, process, scaled);
  }
  supervisor.dependencies.forgetGraph();
  return added;
}

/** One row of what a definition asks for. `index` is the definition's place in its file. */
export function storedInstance(
  supervisor: Supervisor,
  manifestId: string,
  definition: ProcessDefinition,
  instance: number,
  index: number,
): StoredProcess {
  const key = keyOf(definition, instance);
  const existing = supervisor.processes.get(key);
  return {
    key,
    id: existing?.id ?? newId(index),
    manifestId,
    definition,
    instance,
    machine: existing?.machine ?? registered,
    results: existing?.results ?? [],
    members: [],
  };
}

/** What a process is by its file, whatever its code says besides. */
export function declaredOf({ declared, definition }: Supervised): ProcessDefinition {
  return declared ?? definition;
}

/** Puts into effect what an app's code says of itself. */
export function redefine(supervisor: Supervisor, process: Supervised): void {
  applyDefinition(supervisor, process, declaredOf(process));
  process.send?.({ restart: process.definition.restart });
}

/** In memory, and for what follows it: log files, watches, schedules. */
export function applyDefinition(supervisor: Supervisor, process: Supervised, definition: ProcessDefinition): void {
  const before = process.definition.app?.config;
  process.declared = process.word ? definition : null;
  process.definition = process.word ? withWord(definition, process.word) : definition;
  for (const target of logTargets(supervisor, process, null)) supervisor.parts.pump.update(target);
  supervisor.runChanges.tell(process);
  if (definition.app && before !== definition.app.config) supervisor.appChanges.tell(process);
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A ULID: 48 bits of time and 80 random ones in Crockford's base 32, so that ids sort by registration. `index` keeps the order within one millisecond. */
function newId(index: number): string {
  let time = "";
  for (let rest = Date.now() + index / 1000, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32))
    time = CROCKFORD.charAt(Math.floor(rest) % 32) + time;
  const order =
    CROCKFORD.charAt(Math.floor(index / 1024) % 32) + CROCKFORD.charAt(Math.floor(index / 32) % 32) + CROCKFORD.charAt(index % 32);
  return time + order + [...randomBytes(13)].map((byte) => CROCKFORD.charAt(byte % 32)).join("");
}
