/** The processes that a mock orchestrator pretends to have. */
import type { ProcessView } from "../../../core/api/wire.ts";
import { type Duration, durationMs } from "../../../core/config/duration.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";

/** How a pretended process behaves. */
export interface MockProcess {
  readonly name: string;
  /** Processes that are started, and healthy, before it. */
  readonly dependsOn?: readonly string[];
  /** How long it is `starting`; default: not at all. */
  readonly startsIn?: Duration;
  /** Why it fails to start; default: it does not. */
  readonly failsWith?: string;
}

/** What a test may set. */
export interface MockState {
  readonly status?: ProcessView["status"];
  readonly health?: ProcessView["health"];
  readonly why?: string;
}

/** One of them, with its state. */
export interface PretendedProcess {
  readonly needs: readonly string[];
  readonly startMs: number;
  readonly failsWith: string | null;
  view: ProcessView;
}

/** A pretended process that was not started yet. Throws USAGE for a duration that is none. */
export function pretend({ name, dependsOn = [], startsIn, failsWith }: MockProcess): PretendedProcess {
  const startMs = startsIn === undefined ? 0 : durationMs(startsIn, "startsIn");
  return { needs: dependsOn, startMs, failsWith: failsWith ?? null, view: stopped(name) };
}

/** NOT_FOUND of a name, with those that there are. */
export function unknown(what: string, name: string, known: Iterable<string>): GhostError {
  return new GhostError("NOT_FOUND", `cannot find the ${what} ${name}`, { hint: `there are: ${[...known].join(", ") || "none"}` });
}

function stopped(name: string): ProcessView {
  return {
    id: name,
    project: "test",
    name,
    instance: 0,
    kind: "process",
    type: "service",
    status: "stopped",
    desired: "down",
    health: "none",
    waitingFor: [],
    crashLooping: false,
    pid: null,
    restarts: 0,
    exitCode: null,
    exitSignal: null,
    exitKnown: true,
    startedAt: null,
    stoppedAt: null,
    nextStartAt: null,
    cpuPercent: 0,
    memoryBytes: 0,
    privateBytes: 0,
    threads: 0,
    groups: [],
    node: "local",
    why: "pretended by a test",
    source: null,
    logs: { out: "", err: "" },
  };
}
