import { passOnEnvironment } from "../config/caller-environment.ts";
import type { Manifest, ProcessDefinition } from "../config/definition.ts";
import { nearest } from "../config/suggest.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { withNeeds } from "../graph/order.ts";

/** No log of a run in a pipeline is rotated: it is handed over whole. In bytes; a pebibyte. */
const LOG_BYTES_MAX = 2 ** 50;

/**
 * What `ghost ci` runs: `name`, once, and what it needs, with the caller's environment (and CI=true, unless that says otherwise). Files are not watched, schedules and
 * hooks rest: a one-shot with a schedule is run as any other. Throws NOT_FOUND.
 */
export function manifestForCi(manifest: Manifest, name: string, variables: Readonly<Record<string, string | undefined>>): Manifest {
  const wanted = manifest.processes.find((definition) => definition.name === name);
  if (!wanted) throw unknown(manifest, name);
  const needed = withNeeds(
    [name],
    manifest.processes.map((definition) => ({ key: definition.name, needs: definition.dependsOn.map((each) => each.name) })),
  );
  const processes = manifest.processes
    .filter((definition) => needed.has(definition.name))
    .map((each) => (each === wanted ? runOnce(each) : calm(each)));
  return passOnEnvironment({ ...manifest, processes, groups: [] }, { CI: "true", ...variables });
}

/** Its exit is what is asked for: whatever it is, it is not started again, and no health check is waited for. */
function runOnce(definition: ProcessDefinition): ProcessDefinition {
  const restart = { ...definition.restart, policy: "never", maxRestarts: null, successCodes: [0] } as const;
  return { ...calm(definition), type: "oneshot", restart, instances: 1, healthCheck: null };
}

function calm(definition: ProcessDefinition): ProcessDefinition {
  return { ...definition, watch: null, schedule: null, on: {}, logs: { maxSizeBytes: LOG_BYTES_MAX, maxFiles: 0, compress: false } };
}

function unknown({ processes, files }: Manifest, name: string): GhostError {
  const names = processes.map((definition) => definition.name);
  const near = nearest(name, names);
  return new GhostError("NOT_FOUND", `cannot run ${name}: ${files[0] ?? "the file"} declares no such process`, {
    hint: near === null ? `it declares ${names.join(", ")}` : `did you mean ${near}?`,
  });
}
