import type { HealthCheck, ProcessDefinition, Schedule } from "../../../core/config/definition.ts";
import { INSTANCES_MAX } from "../../../core/config/limits.ts";
import { cronProblem, isTimezone } from "../../../core/config/schedule-syntax.ts";
import {
  check,
  count,
  either,
  filled,
  flag,
  type Kind,
  listOf,
  mapOf,
  misshapen,
  name,
  number,
  oneOf,
  orAbsent,
  orNull,
  port,
  record,
  type Shape,
  text,
  whole,
} from "./shapes.ts";

const instances: Kind = {
  what: `a whole number from 1 to ${INSTANCES_MAX}`,
  fits: (value) => count.fits(value) && (value as number) <= INSTANCES_MAX,
};

/** What versions since the first have added to a definition: older clients do not send it. What lies deeper is for `checkOrchestration`. */
export const ORCHESTRATION: Shape = {
  dependsOn: orAbsent(listOf(record)),
  healthCheck: orAbsent(orNull(record)),
  instances: orAbsent(instances),
  ports: orAbsent(mapOf(either(port, oneOf("auto")), name)),
  listen: orAbsent(orNull(record)),
  schedule: orAbsent(orNull(record)),
  reload: orAbsent(orNull(record)),
  on: orAbsent(mapOf(filled, oneOf("failed", "crash_loop", "unhealthy", "recovered"))),
};

/** A group. */
export const GROUP: Shape = {
  name,
  project: name,
  processes: listOf(name),
  startup: oneOf("dependency", "sequential", "parallel"),
  source: orNull(record),
};

const DEPENDENCY: Shape = { name, condition: oneOf("started", "healthy", "completed"), onLoss: oneOf("ignore", "hold", "restart", "stop") };
const LISTEN: Shape = { host: filled, port };
const LISTEN_FROM: Shape = { host: filled, portFrom: filled };
const SCHEDULE: Shape = { cron: filled, timezone: orNull(filled), overlap: { what: "false", fits: (value) => value === false } };
const RELOAD: Shape = { signal: filled };
const HEALTH: Shape = {
  probe: { kind: oneOf("http", "tcp", "exec", "log", "heartbeat") },
  periodMs: count,
  timeoutMs: count,
  failures: count,
  successes: count,
  startGraceMs: number,
  restart: flag,
};
const PROBES: Readonly<Record<Exclude<HealthCheck["probe"]["kind"], "hub">, Shape>> = {
  http: { url: filled, status: orNull(listOf(whole)), body: orNull(filled) },
  tcp: { host: filled, port: filled },
  exec: { executable: filled, args: listOf(text), shell: flag },
  log: { pattern: filled },
  heartbeat: { intervalMs: count },
};

/** Checks what `ORCHESTRATION` left open of a definition that `at` names. Throws USAGE. */
export function checkOrchestration(definition: Partial<ProcessDefinition>, at: string): void {
  const { dependsOn, healthCheck, listen, schedule, reload } = definition;
  for (const [index, dependency] of (dependsOn ?? []).entries()) check(dependency, DEPENDENCY, `${at}.dependsOn[${index}]`);
  if (listen) check(listen, "portFrom" in listen ? LISTEN_FROM : LISTEN, `${at}.listen`);
  if (reload) check(reload, RELOAD, `${at}.reload`);
  if (schedule) checkSchedule(schedule, `${at}.schedule`);
  if (!healthCheck) return;
  check(healthCheck, HEALTH, `${at}.healthCheck`);
  if (healthCheck.probe.kind !== "hub") check(healthCheck.probe, PROBES[healthCheck.probe.kind], `${at}.healthCheck.probe`);
}

/** A text that is no schedule would be found out only when its next time is asked for. */
function checkSchedule(schedule: Schedule, at: string): void {
  check(schedule, SCHEDULE, at);
  const problem = cronProblem(schedule.cron);
  if (problem) throw misshapen(`${at}.cron cannot be used: ${problem[0]}`);
  if (schedule.timezone !== null && !isTimezone(schedule.timezone)) throw misshapen(`${at}.timezone is no time zone`);
}
