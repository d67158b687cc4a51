import type { ProcessDefinition } from "../../../core/config/definition.ts";
import { ORCHESTRATION_DEFAULTS } from "../../../core/config/definition-defaults.ts";
import { HUB } from "../../../core/config/own-processes.ts";
import { selfCommand } from "../../system/self.ts";

/**
 * Always, and soon: apps wait at the socket meanwhile. A run of a second is a stable one, so that one that is killed now and then is back at once each time, and one that
 * cannot start is tried every second.
 */
const RESTART: ProcessDefinition["restart"] = {
  policy: "always",
  delayMs: 50,
  factor: 2,
  maxDelayMs: 1_000,
  jitter: 0.1,
  resetAfterMs: 1_000,
  maxRestarts: null,
  windowMs: 60_000,
  successCodes: [0],
};

/** A hub that is stopped (SIGSTOP) or hangs is found out within 10 s; `probe.ts` says what passes for an answer of one that has much to do. */
const HEALTH_CHECK: NonNullable<ProcessDefinition["healthCheck"]> = {
  probe: { kind: "hub" },
  periodMs: 3_000,
  timeoutMs: 2_000,
  failures: 2,
  successes: 1,
  // It may have gigabytes to look through after a power cut.
  startGraceMs: 120_000,
  restart: true,
};

/** Variables of the daemon that are meant for its hub, too: limits and switches for tests and for those who know better. */
const PASSED_ON = /^GHOST_(HUB_\w+|NO_FFI)$/;

/** The hub as this daemon runs it. */
export function hubDefinition(home: string, environment: Readonly<Record<string, string | undefined>>): ProcessDefinition {
  const [executable = "", ...words] = selfCommand();
  const passed = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED_ON.test(entry[0]),
  );
  return {
    ...ORCHESTRATION_DEFAULTS,
    ...HUB,
    executable,
    args: [...words, "hub", "serve", "--home", home],
    shell: false,
    workingDirectory: "/",
    environment: Object.fromEntries(passed),
    envFiles: [],
    inherited: {},
    type: "service",
    restart: RESTART,
    stop: { signal: "SIGTERM", timeoutMs: 10_000, command: null },
    logs: { maxSizeBytes: 10 * 1024 * 1024, maxFiles: 5, compress: false },
    watch: null,
    limits: { memoryBytes: null, openFiles: null, cpu: null, pids: null },
    user: null,
    group: null,
    umask: null,
    nice: null,
    healthCheck: HEALTH_CHECK,
    source: null,
  };
}
