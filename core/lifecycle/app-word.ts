import type { HealthCheck, ProcessDefinition } from "../config/definition.ts";

/** What the code of an app says of itself, once it runs. */
export interface AppWord {
  /** It lives on after its `run`; one-shots end. */
  readonly isService: boolean;
  /** False: it stays down when it ended. */
  readonly autoRestart: boolean;
}

/** What watches a service that beats and whose file has no `health_check`: three silences of 5 s, or three beats that say so, and it is unhealthy. */
export const BEAT_CHECK: HealthCheck = {
  probe: { kind: "heartbeat", intervalMs: 5_000 },
  periodMs: 5_000,
  timeoutMs: 2_000,
  failures: 3,
  successes: 1,
  startGraceMs: 120_000,
  restart: false,
};

/** What is in effect for an app that has spoken: what its file says itself goes before its code. */
export function withWord(definition: ProcessDefinition, word: AppWord): ProcessDefinition {
  const { app, schedule } = definition;
  if (!app || schedule !== null) return definition;
  const type = app.says.type ? definition.type : word.isService ? "service" : "oneshot";
  const policy = type === "service" && word.autoRestart ? "always" : "never";
  const restart = app.says.restart ? definition.restart : { ...definition.restart, policy: policy as "always" | "never" };
  return { ...definition, type, restart, healthCheck: definition.healthCheck ?? (type === "service" ? BEAT_CHECK : null) };
}
