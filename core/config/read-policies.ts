import type { LogPolicy, ResourceLimits, RestartPolicy, StopPolicy, WatchPolicy } from "./definition.ts";
import {
  type Field,
  readBoolean,
  readChoice,
  readDuration,
  readInteger,
  readMap,
  readNumber,
  readScalar,
  readSignal,
  readSize,
  readTexts,
  refuse,
} from "./fields.ts";
import { LIMIT_KEYS, LOG_KEYS, RESTART_KEYS, STOP_KEYS, WATCH_KEYS } from "./key-tables.ts";

/** What holds where a file says nothing of restarts. The figures are the contract's. */
export const RESTART_DEFAULT: RestartPolicy = {
  policy: "never",
  delayMs: 100,
  factor: 2,
  maxDelayMs: 30_000,
  jitter: 0.1,
  resetAfterMs: 60_000,
  maxRestarts: null,
  windowMs: 60_000,
  successCodes: [0],
};
export const STOP_DEFAULT: StopPolicy = { signal: "SIGTERM", timeoutMs: 10_000, command: null };
export const LOGS_DEFAULT: LogPolicy = { maxSizeBytes: 10 * 1024 * 1024, maxFiles: 5, compress: false };
export const WATCH_DEFAULT: WatchPolicy = { paths: ["."], ignore: [], debounceMs: 100 };
export const LIMITS_DEFAULT: ResourceLimits = { memoryBytes: null, openFiles: null, cpu: null, pids: null };

/** Most rotated files that a log may keep: each rotation renames them all. */
const LOG_FILES_MAX = 1000;
/** A smaller log would be rotated at nearly every line. */
const LOG_BYTES_MIN = 1024;
/** Largest RLIMIT_NOFILE: Linux's default ceiling, fs.nr_open. */
const OPEN_FILES_MAX = 1_048_576;
/** Fewer cores than this, and a program hardly gets on. More has no machine. */
const CPU_MIN = 0.01;
const CPU_MAX = 1024;
/** Linux's own ceiling, PID_MAX_LIMIT on 64 bits. */
const PIDS_MAX = 4_194_304;
const FACTOR_MAX = 1000;
const EXIT_CODE_MAX = 255;

const POLICIES = ["always", "on-failure", "never"] as const;
const POLICY_ANSWERS = {
  "unless-stopped": "write always: a stop that was asked for is never undone",
  unexpected: "write on-failure",
  on_failure: "write on-failure",
  "on-abnormal": "write on-failure",
  no: "write never",
  yes: "write always",
};

/** `restart`: true, a policy, or a map (whose `policy` is always unless it says otherwise). */
export function readRestart(field: Field): RestartPolicy | undefined {
  if (field.tree.kind === "map") return readRestartMap(field);
  const scalar = readScalar(field, "true, false, always, on-failure, never or a map");
  if (!scalar) return undefined;
  if (typeof scalar.value === "boolean") return { ...RESTART_DEFAULT, policy: scalar.value ? "always" : "never" };
  const policy = readChoice(field, POLICIES, POLICY_ANSWERS);
  return policy && { ...RESTART_DEFAULT, policy };
}

function readRestartMap(field: Field): RestartPolicy | undefined {
  const map = readMap(field, RESTART_KEYS, "restart");
  if (!map) return undefined;
  const delayMs = map.read("delay", readDuration, RESTART_DEFAULT.delayMs);
  const maxDelayMs = map.read("max_delay", readDuration, Math.max(RESTART_DEFAULT.maxDelayMs, delayMs));
  const longest = map.field("max_delay");
  if (longest && maxDelayMs < delayMs) refuse(longest, "it is shorter than delay");
  return {
    policy: map.read("policy", readPolicy, "always"),
    delayMs,
    factor: map.read("factor", (factor) => readNumber(factor, 1, FACTOR_MAX), RESTART_DEFAULT.factor),
    maxDelayMs,
    jitter: map.read("jitter", (jitter) => readNumber(jitter, 0, 1), RESTART_DEFAULT.jitter),
    resetAfterMs: map.read("reset_after", readDuration, RESTART_DEFAULT.resetAfterMs),
    maxRestarts: map.read("max_restarts", (count) => readInteger(count, 0, Number.MAX_SAFE_INTEGER), null),
    windowMs: map.read("window", readDuration, RESTART_DEFAULT.windowMs),
    successCodes: map.read("success_codes", readExitCodes, RESTART_DEFAULT.successCodes),
  };
}

function readPolicy(field: Field): RestartPolicy["policy"] | undefined {
  const boolean = field.tree.kind === "scalar" && typeof field.tree.value === "boolean" ? field.tree.value : undefined;
  return boolean === undefined ? readChoice(field, POLICIES, POLICY_ANSWERS) : boolean ? "always" : "never";
}

function readExitCodes(field: Field): number[] | undefined {
  const trees = field.tree.kind === "list" ? field.tree.items : [field.tree];
  const codes = trees.map((tree) => readInteger({ ...field, tree }, 0, EXIT_CODE_MAX));
  return codes.every((code) => code !== undefined) ? [...new Set(codes)] : undefined;
}

/** `stop: { signal, timeout, command }` */
export function readStop(field: Field): StopPolicy | undefined {
  const map = readMap(field, STOP_KEYS, "stop");
  return (
    map && {
      signal: map.read("signal", readSignal, STOP_DEFAULT.signal),
      timeoutMs: map.read("timeout", readDuration, STOP_DEFAULT.timeoutMs),
      command: map.read("command", readShellText, STOP_DEFAULT.command),
    }
  );
}

function readShellText(field: Field): string | undefined {
  const scalar = readScalar(field, "a command line");
  if (!scalar) return undefined;
  return scalar.text.trim() === "" ? refuse(field, "it is empty") : scalar.text;
}

/** `watch: true`, `false` or a map. Null: nothing is watched. */
export function readWatch(field: Field): WatchPolicy | null | undefined {
  const { tree } = field;
  if (tree.kind === "scalar") {
    const enabled = readBoolean(field);
    return enabled === undefined ? undefined : enabled ? WATCH_DEFAULT : null;
  }
  if (tree.kind === "list") return refuse(field, "it must be true, false or a map", "write `watch: { paths: […] }`");
  const map = readMap(field, WATCH_KEYS, "watch");
  if (!map) return undefined;
  const policy = {
    paths: map.read("paths", readTexts, WATCH_DEFAULT.paths),
    ignore: map.read("ignore", readTexts, WATCH_DEFAULT.ignore),
    debounceMs: map.read("debounce", readDuration, WATCH_DEFAULT.debounceMs),
  };
  return map.read("enabled", readBoolean, true) ? policy : null;
}

/** `resource_limits: { memory, open_files, cpu, pids }` */
export function readLimits(field: Field): ResourceLimits | undefined {
  const map = readMap(field, LIMIT_KEYS, "resource_limits");
  return (
    map && {
      memoryBytes: map.read("memory", (memory) => readSize(memory, "MB"), LIMITS_DEFAULT.memoryBytes),
      openFiles: map.read("open_files", (count) => readInteger(count, 1, OPEN_FILES_MAX), LIMITS_DEFAULT.openFiles),
      cpu: map.read("cpu", (cores) => readNumber(cores, CPU_MIN, CPU_MAX), LIMITS_DEFAULT.cpu),
      pids: map.read("pids", (count) => readInteger(count, 1, PIDS_MAX), LIMITS_DEFAULT.pids),
    }
  );
}

/** `logs: { max_size, max_files, compress }` */
export function readLogs(field: Field): LogPolicy | undefined {
  const map = readMap(field, LOG_KEYS, "logs");
  return (
    map && {
      maxSizeBytes: map.read("max_size", readLogSize, LOGS_DEFAULT.maxSizeBytes),
      maxFiles: map.read("max_files", (count) => readInteger(count, 0, LOG_FILES_MAX), LOGS_DEFAULT.maxFiles),
      compress: map.read("compress", readBoolean, LOGS_DEFAULT.compress),
    }
  );
}

function readLogSize(field: Field): number | undefined {
  const bytes = readSize(field);
  return bytes !== undefined && bytes < LOG_BYTES_MIN ? refuse(field, "it is less than 1KB", "write a size as 512KB, 10MB or 1GB") : bytes;
}
