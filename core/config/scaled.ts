import type { ProcessDefinition } from "./definition.ts";

/** The definition with so many instances, whatever its file asks for: that number is kept beside it. */
export function scaledTo(definition: ProcessDefinition, instances: number): ProcessDefinition {
  const { scaledFrom, ...declared } = definition;
  const asked = scaledFrom ?? definition.instances;
  return asked === instances ? { ...declared, instances } : { ...declared, instances, scaledFrom: asked };
}

/** What a file declares anew, with the number of instances to which it was scaled before, as long as the file asks for as many as it did then. */
export function keepScale(declared: ProcessDefinition, before: ProcessDefinition | undefined): ProcessDefinition {
  const asked = declared.scaledFrom ?? declared.instances;
  if (before?.scaledFrom !== asked || mayNotScale(declared)) return declared;
  return scaledTo(declared, before.instances);
}

/** One-shots have no instances; where the file leaves it to the code what it is, the code says that later. */
function mayNotScale({ type, app }: ProcessDefinition): boolean {
  return type === "oneshot" && app?.says.type !== false;
}
