/**
 * What travels between the daemon and its clients over HTTP: shapes only. Fields are added, never changed.
 * Times are ISO 8601 in UTC, sizes bytes, durations milliseconds.
 */

import type { ErrorBody } from "../errors/ghost-error.ts";
import type { AppView } from "./apps.ts";

/** What people see of a process's state; derived, never stored. */
export type Status = "stopped" | "waiting" | "starting" | "running" | "unhealthy" | "stopping" | "backoff" | "exited" | "failed";

/** One element of `GET /v1/processes`, of `list --json` and of `status NAME --json`. */
export interface ProcessView {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly instance: number;
  readonly kind: "process" | "ghost";
  readonly type: "service" | "oneshot";
  readonly status: Status;
  readonly desired: "up" | "down";
  readonly health: "none" | "unknown" | "healthy" | "unhealthy";
  readonly waitingFor: readonly string[];
  readonly crashLooping: boolean;
  readonly pid: number | null;
  readonly restarts: number;
  readonly exitCode: number | null;
  /** e.g. `SIGKILL`. */
  readonly exitSignal: string | null;
  /** False when the exit of an adopted process could not be learnt. */
  readonly exitKnown: boolean;
  readonly startedAt: string | null;
  readonly stoppedAt: string | null;
  readonly nextStartAt: string | null;
  /** Of the whole tree; 100 = one core. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly privateBytes: number;
  readonly threads: number;
  readonly groups: readonly string[];
  readonly node: string;
  /** The last cause, as a phrase. */
  readonly why: string;
  /** `FILE`, or null for a process that no file declares. */
  readonly source: string | null;
  readonly logs: { readonly out: string; readonly err: string };
  /** True of what runs on somebody's terminal, which has its output. Absent: a daemon of an older version. */
  readonly foreground?: boolean;
}

/** `status NAME` in full: what a person wants to know beyond the list. */
export interface ProcessDetail extends ProcessView {
  /** Executable and arguments as run, secrets masked. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** Pids of the tree, main process first. */
  readonly tree: readonly { readonly pid: number; readonly command: string }[];
  readonly restartPolicy: string;
  readonly line: number | null;
  readonly history: readonly HistoryEntry[];
  /** The last word of the health check; null before the first and without one. */
  readonly probe: { readonly ok: boolean; readonly detail: string; readonly latencyMs: number; readonly time: string } | null;
  /** When it runs by itself, as it was declared; `timezone` null: that of the daemon. Null without a schedule. */
  readonly schedule: { readonly cron: string; readonly timezone: string | null } | null;
  /** Of a one-shot: how its last runs ended, newest first. */
  readonly results: readonly RunResult[];
  /** What it is besides a process; null: no app. Absent: a daemon of an older version. */
  readonly app?: AppView | null;
  /** The numbers of its ports by name. */
  readonly ports: Readonly<Record<string, number>>;
}

/** How one run of a one-shot ended. */
export interface RunResult {
  readonly startedAt: string | null;
  readonly endedAt: string;
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
  readonly ok: boolean;
  /** `schedule`, `ghost trigger`, `ghost start` … */
  readonly by: string;
}

/** One change, as `why`, `GET /v1/history` and `GET /v1/events` tell it. */
export interface HistoryEntry {
  readonly seq: number;
  readonly time: string;
  /** Null for what concerns the daemon itself. */
  readonly project: string | null;
  readonly name: string | null;
  readonly instance: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: Cause;
}

/** Why something changed: a phrase for people and the facts behind it. */
export interface Cause {
  /** A stable word: `exit`, `start`, `stop`, `restart`, `file-changed`, `memory`, `adopted`, `spawn-failed`, `budget-spent`, … */
  readonly kind: string;
  /** e.g. `exited with code 3`, `stopped by ghost stop (pid 812)`. */
  readonly text: string;
  /** exitCode, signal, file, by, limitBytes, … Never a secret. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** `POST /v1/processes/NAME/{start,stop,restart,reload,scale,trigger,signal}` and their plural forms, and of groups. */
export interface ActionRequest {
  /** Return at once instead of waiting until true. Default false. */
  readonly noWait?: boolean;
  /** For `trigger`: return when the run has ended. Default false: when it runs. */
  readonly wait?: boolean;
  /** Kill instead of asking (stop). */
  readonly force?: boolean;
  /** For `signal`, e.g. `SIGHUP`. */
  readonly signal?: string;
  /** For `scale`: how many there shall be, 0 to 1000. */
  readonly instances?: number;
  /** For `start`, `restart` and (the other way round) `stop`: in which order; default: what they depend on, or what the group says. */
  readonly order?: import("../config/definition.ts").StartupOrder;
  /** For `start`: when one fails, stop again those that this request started. */
  readonly rollback?: boolean;
  /** Lines with `waiting` are wanted, too. */
  readonly progress?: boolean;
  /** Who asks, for `why`, e.g. `ghost stop`. */
  readonly by?: string;
}

/** The outcome for one process. */
export interface ActionResult {
  readonly project: string;
  readonly name: string;
  readonly instance: number;
  readonly ok: boolean;
  /** `started`, `already running`, `stopped`, `was not running`, `restarted`, `deleted`, `signalled` … */
  readonly did: string;
  readonly pid: number | null;
  readonly error?: ErrorBody;
  /** What a person should know besides, as a phrase: of a deleted app, what of it is left and what brings it back. */
  readonly note?: string;
}

/** A line between results, if asked for: a process that is not ready yet, and what it waits for (empty: its own health check). */
export interface ActionWait {
  readonly waiting: { readonly project: string; readonly name: string; readonly instance: number; readonly for: readonly string[] };
}

/** What the plural actions and `PUT /v1/manifests/{id}` stream, one a line. */
export type ActionLine = ActionResult | ActionWait;

/** `GET /v1/groups`, and of one `GET /v1/groups/NAME`. */
export interface GroupView {
  readonly project: string;
  readonly name: string;
  readonly startup: import("../config/definition.ts").StartupOrder;
  /** `file`, or `api` for one that was made by `POST /v1/groups`. */
  readonly origin: "file" | "api";
  /** Names of its processes. */
  readonly processes: readonly string[];
  /** `up`: all that is wanted is as it should be; `partial`: some are; `failed`: one gave up, keeps falling over or is unhealthy; `starting`: something is awaited. */
  readonly status: "stopped" | "starting" | "up" | "partial" | "failed";
  /** Instances in all, and those that are ready (a one-shot that ended well is). */
  readonly total: number;
  readonly ready: number;
  readonly unhealthy: number;
  /** Who is not ready, and what each waits for. */
  readonly waiting: readonly {
    readonly name: string;
    readonly instance: number;
    readonly status: Status;
    readonly for: readonly string[];
    /** It keeps falling over, and is therefore not ready though it may run. Absent: an older daemon does not tell. */
    readonly crashLooping?: boolean;
  }[];
}

/** `POST /v1/groups`: makes a group, or changes one that was made so. Without `project`: that of its first process. */
export interface GroupRequest {
  readonly name: string;
  readonly project?: string;
  readonly processes: readonly string[];
  readonly startup?: import("../config/definition.ts").StartupOrder;
}

/** `GET /v1/graph`: who depends on whom. */
export interface GraphView {
  readonly nodes: readonly {
    readonly project: string;
    readonly name: string;
    readonly type: "service" | "oneshot";
    readonly status: Status;
    readonly health: ProcessView["health"];
    readonly groups: readonly string[];
  }[];
  /** `from` needs `to`; `met`: the condition holds now. */
  readonly edges: readonly {
    readonly project: string;
    readonly from: string;
    readonly to: string;
    readonly condition: string;
    readonly onLoss: string;
    readonly met: boolean;
  }[];
}

/** One line of `plan`, and of what `register` did. */
export interface PlanChange {
  readonly project: string;
  readonly name: string;
  readonly action: "add" | "change" | "remove" | "keep";
  /** True when a running process restarts (or, with remove, stops). */
  readonly disrupts: boolean;
  /** The keys that differ, with both sides, secrets masked. */
  readonly differences: readonly { readonly key: string; readonly before: string | null; readonly after: string | null }[];
}

/** A group of the files that `register` makes, changes or forgets; nothing restarts for it. */
export interface GroupChange {
  readonly project: string;
  readonly name: string;
  readonly action: "add" | "change" | "remove";
  /** With `change`: `processes` and `startup` as they were and will be; names divided by `, `. Absent: none, or an older daemon does not tell. */
  readonly differences?: readonly { readonly key: string; readonly before: string; readonly after: string }[];
}

/** `PUT /v1/manifests/{id}` and `POST …/plan`. */
export interface RegisterRequest {
  readonly manifest: import("../config/definition.ts").Manifest;
  readonly start?: boolean;
  readonly prune?: boolean;
  readonly noWait?: boolean;
  /** Lines with `waiting` are wanted, too. */
  readonly progress?: boolean;
  readonly by?: string;
}

export interface RegisterResponse {
  readonly changes: readonly PlanChange[];
  /** Absent: none. */
  readonly groups?: readonly GroupChange[];
  /** What was started, restarted and stopped; empty for `plan`. */
  readonly results: readonly ActionResult[];
  readonly warnings: readonly string[];
}

/** `GET /v1/hub`, and what `POST /v1/hub/start` answers with once the hub is ready. */
export interface HubView {
  /** Its process runs, and it answers. */
  readonly running: boolean;
  /** Of its process, which is `ghost/hub`. */
  readonly status: Status;
  readonly pid: number | null;
  /** Where programs connect to: GHOST_HUB. */
  readonly socket: string;
  /** `connection`: whoever connects to the socket starts it; `request`: only `POST /v1/hub/start` does; `stopped`: it was stopped on purpose, and the same holds. */
  readonly starts: "connection" | "request" | "stopped";
  readonly startedAt: string | null;
  /** Restarts that nobody asked for, ever. */
  readonly restarts: number;
  readonly why: string;
  /** The build that it runs; null while it does not. */
  readonly version: string | null;
  /** How long it took to answer the last PING; null before the first. */
  readonly latencyMs: number | null;
  /** Its own account, not older than `time` (GHOST.HEALTH); null while there is none. */
  readonly health: HubHealth | null;
  /** What the daemon publishes on its bus, since the daemon began. */
  readonly events: { readonly published: number; readonly dropped: number };
  /** What a person should know, with the remedy. */
  readonly warnings: readonly string[];
}

/** What the hub says of itself: of each backend whether it works and how fast. Fields that are not named here are passed on. */
export interface HubHealth {
  readonly time: string;
  /** `healthy`, or anything else: it is not. */
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly latencyMs?: number; readonly error?: string; readonly status?: string }>>;
  /** Connections besides the daemon's own. */
  readonly clients?: number;
  /** `memory`: it keeps nothing over a restart. */
  readonly storage?: "disk" | "memory";
  /** The TCP address that is open. */
  readonly listens?: string | null;
  /** What is wrong with how it was set up; among `HubView.warnings`, too. */
  readonly warnings?: readonly string[];
  readonly [more: string]: unknown;
}

/** `GET /v1/system` and `daemon status --json` (there with `running`). */
export interface SystemView {
  readonly running: true;
  readonly pid: number;
  readonly version: string;
  readonly runtime: string;
  readonly home: string;
  readonly socket: string;
  /** Where it answers besides its socket, e.g. `127.0.0.1:9300`; null: nowhere. */
  readonly http: string | null;
  readonly startedAt: string;
  readonly helperPids: readonly number[];
  readonly processes: Readonly<Record<Status | "total", number>>;
  /** Of the daemon and its helpers. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly privateBytes: number;
  readonly threads: number;
  /** Things that a person should know, e.g. state that could not be saved. */
  readonly warnings: readonly string[];
  readonly monitoring: { readonly enabled: boolean; readonly intervalMs: number };
  /** The hub as of the last look; absent in answers of older daemons. */
  readonly hub?: HubView;
  /** Entries of `ghosts/` with which something is wrong; what it is stands in `warnings`. Absent in answers of older daemons. */
  readonly appProblems?: number;
  /** How each limit of a process is kept here, as a phrase; absent in answers of older daemons. */
  readonly limits?: Readonly<Record<"memory" | "cpu" | "pids" | "open_files", string>>;
}

/** `GET /v1/processes/NAME/environment`, for `ghost env`. Secret values are masked before they leave the daemon. */
export interface EnvironmentView {
  readonly project: string;
  readonly name: string;
  readonly variables: readonly { readonly key: string; readonly value: string; readonly origin: string }[];
  /** With `?diff=true`, against the running process; null when it does not run. */
  readonly difference: readonly { readonly key: string; readonly running: string | null; readonly declared: string | null }[] | null;
}
