/**
 * A process as Ghost understands it: every spelling of `processes.yaml` resolved, every default filled in,
 * every path absolute, every duration in milliseconds and every size in bytes. It is plain JSON: it travels in
 * `PUT /v1/manifests/{id}` and rests in `state.db`.
 *
 * Secrets: where a value came from `${VAR}` and VAR is named like a secret, or an environment key is named like
 * one, the string holds a reference (see `secrets.ts`) and the value travels apart, in `Manifest.secrets`.
 */
export interface ProcessDefinition {
  /** 1 to 64 of letters, digits, `-` and `_`; not `all`. Unique in its project. */
  readonly name: string;
  readonly project: string;
  /** As declared: a bare name is looked up in PATH; a path with a slash is taken from `workingDirectory`, then from the file's folder. */
  readonly executable: string;
  readonly args: readonly string[];
  /** True: `executable` is a command line that `/bin/sh -c` runs; `args` is empty. */
  readonly shell: boolean;
  /** Absolute. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, EnvironmentValue>>;
  /** Absolute paths, read anew at each start, the later winning. */
  readonly envFiles: readonly string[];
  /** Variables of the registering shell that are passed on, with their values at registration; a variable that was unset there is absent. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly type: "service" | "oneshot";
  readonly restart: RestartPolicy;
  readonly stop: StopPolicy;
  readonly logs: LogPolicy;
  readonly watch: WatchPolicy | null;
  readonly limits: ResourceLimits;
  /** A name or a number; needs root. */
  readonly user: string | null;
  readonly group: string | null;
  /** 0 to 0o777. */
  readonly umask: number | null;
  /** -20 to 19. */
  readonly nice: number | null;
  /** What it needs, each process once. */
  readonly dependsOn: readonly Dependency[];
  /** Null: it is taken for ready as soon as it runs. */
  readonly healthCheck: HealthCheck | null;
  /** How many of it there are, 1 to 1000; each gets GHOST_INSTANCE=0, 1, … */
  readonly instances: number;
  /** How many its file asks for, where `ghost scale` made it another number; absent: as many. */
  readonly scaledFrom?: number;
  /** Its ports by name; `auto` is a free one that the daemon chooses and keeps. Texts refer to them by `portReference`. */
  readonly ports: Readonly<Record<string, number | "auto">>;
  /** The listener that Ghost holds and hands down as descriptor 3; null: none. */
  readonly listen: ListenAddress | null;
  /** When a one-shot is run; null: when it is asked for. */
  readonly schedule: Schedule | null;
  /** How it takes up changes without an end; null: only by a rolling restart. */
  readonly reload: ReloadPolicy | null;
  /** Commands that are run when something happens to it. */
  readonly on: Hooks;
  /** What it is besides a process; null: no app. */
  readonly app: AppPart | null;
  /** Where it was declared; null for `ghost start PROGRAM`. */
  readonly source: SourcePlace | null;
}

/** What makes a process an app: kind `ghost`. */
export interface AppPart {
  /** Its `.ghost.yaml`, absolute. */
  readonly file: string;
  /** GHOST_CONFIG: its configuration as JSON. */
  readonly config: string;
  /** What it may ask of the daemon besides its own life: `orchestrator`. */
  readonly grants: readonly string[];
  /** Where its logs go instead of the home's folder, absolute; null: there. */
  readonly logsPath: string | null;
  /** Whether its beats are listened to. */
  readonly monitored: boolean;
  /** What its file says itself: about the rest its code may decide. */
  readonly says: { readonly type: boolean; readonly restart: boolean };
}

/** Another process of the same project, and what of it is needed. */
export interface Dependency {
  readonly name: string;
  /** `started`: it runs; `healthy`: its check passes; `completed`: its last run ended as it should. */
  readonly condition: "started" | "healthy" | "completed";
  /**
   * What happens to this one when the condition holds no longer: nothing (the default); `hold`: it is stopped until the condition
   * holds again; `restart`: it runs on, and is restarted once the condition holds again; `stop`: it is stopped for good.
   */
  readonly onLoss: "ignore" | "hold" | "restart" | "stop";
}

/** What is asked again and again to learn whether a process is ready and well. */
export interface HealthCheck {
  readonly probe: Probe;
  /** From one answer to the next question, in ms. Default 5_000. */
  readonly periodMs: number;
  /** An answer that takes longer is a failure, in ms. Default 2_000. */
  readonly timeoutMs: number;
  /** Failures in a row that make a healthy process unhealthy. Default 3. */
  readonly failures: number;
  /** Successes in a row that make a process healthy. Default 1. */
  readonly successes: number;
  /** Failures do not count for so long after the start, or until the first success; not healthy by then is unhealthy. In ms; default 120_000. */
  readonly startGraceMs: number;
  /** Whether an unhealthy process is restarted (with back-off, and counted). Default false. */
  readonly restart: boolean;
}

/** How the question is put. Texts may hold references to secrets and ports. */
export type Probe =
  /** `status`: codes that pass; null: 200 to 399. `body`: a regular expression that the body (its first 64 KiB) must match. */
  | { readonly kind: "http"; readonly url: string; readonly status: readonly number[] | null; readonly body: string | null }
  | { readonly kind: "tcp"; readonly host: string; readonly port: string }
  /** In the process's folder and environment; exit code 0 passes. `shell`: `executable` is a command line. */
  | { readonly kind: "exec"; readonly executable: string; readonly args: readonly string[]; readonly shell: boolean }
  /** A line of its output since the start matches the regular expression. */
  | { readonly kind: "log"; readonly pattern: string }
  /** The process tells by itself that it is well; silence for this long is a failure, in ms. */
  | { readonly kind: "heartbeat"; readonly intervalMs: number }
  /** Of Ghost's own hub alone, and in no file: it answers PING. */
  | { readonly kind: "hub" };

/** An address to listen on. */
export interface ListenAddress {
  /** Default 0.0.0.0. */
  readonly host: string;
  /** 0 with `portFrom`. */
  readonly port: number;
  /** A reference to one of its own ports, whose number it is then. */
  readonly portFrom?: string;
}

/** When a one-shot is run. */
export interface Schedule {
  /** Five or six fields, or `@daily` and the like, as croner reads them. */
  readonly cron: string;
  /** IANA name; null: the daemon's. */
  readonly timezone: string | null;
  /** Whether a run that is due while the last one goes on is started beside it. Only false is offered: it is skipped and told. */
  readonly overlap: false;
}

export interface ReloadPolicy {
  /** e.g. `SIGHUP`. */
  readonly signal: string;
}

/** Shell commands that get the event as JSON on stdin and have 10 s. */
export interface Hooks {
  readonly failed?: string;
  readonly crash_loop?: string;
  readonly unhealthy?: string;
  readonly recovered?: string;
}

/** In which order the processes of a group start: by what they depend on (default), one after the other, or all at once whatever they depend on. */
export type StartupOrder = "dependency" | "sequential" | "parallel";

/** Processes that are started and stopped by one name. */
export interface GroupDefinition {
  /** As a process's; unique among processes and groups of the project. */
  readonly name: string;
  readonly project: string;
  /** Names of processes of the project, each once. */
  readonly processes: readonly string[];
  readonly startup: StartupOrder;
  /** Null for one that was made through the API. */
  readonly source: SourcePlace | null;
}

/** Literal text (which may hold secret references), or a file that is read at each start. */
export type EnvironmentValue = string | { readonly fromFile: string };

/** When a process that ended is started again, and how soon. Defaults are those of the contract. */
export interface RestartPolicy {
  readonly policy: "always" | "on-failure" | "never";
  /** The first back-off delay. Default 100. */
  readonly delayMs: number;
  /** Each further delay is this many times the one before. Default 2, at least 1. */
  readonly factor: number;
  /** Default 30_000. */
  readonly maxDelayMs: number;
  /** Share of the delay that is random, 0 to 1. Default 0.1. */
  readonly jitter: number;
  /** A run of at least this long is stable and sets the back-off back. Default 60_000. */
  readonly resetAfterMs: number;
  /** The budget: the exit after this many restarts within `windowMs` is final. Null: no limit (slow retries for ever). */
  readonly maxRestarts: number | null;
  /** Default 60_000. */
  readonly windowMs: number;
  /** Exit codes that count as success. Default [0]. */
  readonly successCodes: readonly number[];
}

/** How a process is asked to end. */
export interface StopPolicy {
  /** e.g. `SIGTERM`, the default. */
  readonly signal: string;
  /** Default 10_000; then SIGKILL. */
  readonly timeoutMs: number;
  /** A shell command that is run instead of the signal, in the process's folder and environment (with GHOST_PID). Null: the signal. */
  readonly command: string | null;
}

export interface LogPolicy {
  /** A file at least this long is rotated at the next line's end. Default 10 MiB. */
  readonly maxSizeBytes: number;
  /** Rotated files that are kept beside the live one. Default 5; 0 keeps none. */
  readonly maxFiles: number;
  /** gzip rotated files. Default false. */
  readonly compress: boolean;
}

export interface WatchPolicy {
  /** Globs (picomatch) or paths relative to the working directory. Default ["."]. */
  readonly paths: readonly string[];
  /** In addition to `.git`, `node_modules`, `__pycache__`, `.venv`, editors' files and Ghost's home. */
  readonly ignore: readonly string[];
  /** Default 100. */
  readonly debounceMs: number;
}

export interface ResourceLimits {
  /** The tree's resident memory; over it the process is restarted. Null: none. */
  readonly memoryBytes: number | null;
  /** RLIMIT_NOFILE. Null: inherited. */
  readonly openFiles: number | null;
  /** Cores that the tree may use, e.g. 1.5; needs a writable cgroup v2. Null: no limit. */
  readonly cpu: number | null;
  /** Processes and threads that the tree may have; needs a writable cgroup v2. Null: no limit. */
  readonly pids: number | null;
}

export interface SourcePlace {
  /** Absolute. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** What one `register` brings: all that one file (or several, merged in order) declares. */
export interface Manifest {
  /** Absolute path of the first file; identifies the manifest. `register` of the same id applies the difference. */
  readonly id: string;
  readonly project: string;
  /** All files that were merged, absolute. */
  readonly files: readonly string[];
  readonly processes: readonly ProcessDefinition[];
  readonly groups: readonly GroupDefinition[];
  /** PATH of the registering shell; the daemon looks executables up in it and gives it to the processes. */
  readonly path: string;
  /** Values of secret references, by reference name. Kept in `data/secrets` alone. */
  readonly secrets: Readonly<Record<string, string>>;
}
