/** Programs whose readiness the test decides, and what tests of orchestration ask for. */
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Home } from "../rig/home.ts";
import type { Declared } from "../supervise/processes.ts";

/** Writes its name into `order` when it starts (`+name`) and when it is told to stop (`-name`), and runs until then. */
const PROGRAM = `#!/bin/sh
trap 'echo "-$1" >> order; exit 0' TERM
echo "+$1" >> order
while :; do sleep 0.02; done
`;
/** Ends with what the file NAME.code says (0 without one). */
const JOB = `#!/bin/sh
echo "+$1" >> order
exit "$(cat "$1.code" 2>/dev/null || echo 0)"
`;

/** A service called `name` that needs others. */
export function service(name: string, more: object = {}): Declared {
  return { name, executable: "./program.sh", args: [name], type: "service", restart: { policy: "on-failure", delay: "20ms" }, ...more };
}

/** The same, healthy while the file NAME.up is there. */
export function checked(name: string, more: object = {}): Declared {
  return service(name, { health_check: { exec: `test -e ${name}.up`, period: "50ms", failures: 1 }, ...more });
}

/** A one-shot. */
export function job(name: string, more: object = {}): Declared {
  return { name, executable: "./job.sh", args: [name], type: "oneshot", ...more };
}

/** Writes programs and `processes.yaml`, and registers it. */
export async function registerAll(home: Home, processes: readonly Declared[], groups: readonly object[] = []): Promise<void> {
  home.write("program.sh", PROGRAM, 0o755);
  home.write("job.sh", JOB, 0o755);
  appendFileSync(join(home.work, "order"), "");
  declareAll(home, processes, groups);
  await home.ok(["register"]);
}

/** Writes `processes.yaml` anew. */
export function declareAll(home: Home, processes: readonly Declared[], groups: readonly object[] = []): void {
  home.write("processes.yaml", stringify({ project: "shop", processes, ...(groups.length > 0 && { groups }) }));
}

/** Decides whether a `checked` service is healthy. */
export function setHealthy(home: Home, name: string, healthy = true): void {
  if (healthy) writeFileSync(join(home.work, `${name}.up`), "");
  else rmSync(join(home.work, `${name}.up`), { force: true });
}
