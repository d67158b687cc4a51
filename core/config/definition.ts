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
  /** Where it was declared; null for `ghost start PROGRAM`. */
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
  /** In addition to `.git`, `node_modules`, `__pycache__`, logs and Ghost's home. */
  readonly ignore: readonly string[];
  /** Default 100. */
  readonly debounceMs: number;
}

export interface ResourceLimits {
  /** The tree's resident memory; over it the process is restarted. Null: none. */
  readonly memoryBytes: number | null;
  /** RLIMIT_NOFILE. Null: inherited. */
  readonly openFiles: number | null;
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
  /** PATH of the registering shell; the daemon looks executables up in it and gives it to the processes. */
  readonly path: string;
  /** Values of secret references, by reference name. Kept in `data/secrets` alone. */
  readonly secrets: Readonly<Record<string, string>>;
}
