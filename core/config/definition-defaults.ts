import type { ProcessDefinition } from "./definition.ts";

/** What holds for keys that a file does not mention, and for definitions that a version without these keys stored. */
export const ORCHESTRATION_DEFAULTS = {
  dependsOn: [],
  healthCheck: null,
  instances: 1,
  ports: {},
  listen: null,
  schedule: null,
  reload: null,
  on: {},
  app: null,
} as const satisfies Partial<ProcessDefinition>;

/** A stored definition with everything that versions since then have added. */
export function completeDefinition(stored: ProcessDefinition): ProcessDefinition {
  return {
    ...ORCHESTRATION_DEFAULTS,
    ...stored,
    limits: { ...stored.limits, cpu: stored.limits.cpu ?? null, pids: stored.limits.pids ?? null },
  };
}
