import { doubles } from "./install.ts";
import { careful, isWritten, type LogFields, type LogLevel, textWriter, writeJson } from "./log.ts";
import { clock, openConnection } from "./parts.ts";

/**
 * The app's log. Under Ghost each record is a line of JSON on stdout, which `ghost logs` shows; on a terminal it is text for people, with
 * warnings and errors on stderr. Records are counted as the metric `ghost.log.records` by level. Nothing here throws.
 *
 * GHOST_LOG_LEVEL is the least level that is written; default `info`.
 *
 * ```ts
 * G.info("order placed", { id: 17, total: 9.5 });
 * G.error("cannot charge", { error });
 * ```
 */
export interface Log {
  /** For whoever looks for a fault; not written by default. `G.debug("cache", { hits: 3 })` */
  debug(message: string, fields?: LogFields): void;
  /** What happens. `G.info("listening", { port: 8080 })` */
  info(message: string, fields?: LogFields): void;
  /** What somebody should look at some day. `G.warn("slow query", { ms: 812 })` */
  warn(message: string, fields?: LogFields): void;
  /** What went wrong; an error given in place of fields is the field `error`. `G.error("cannot charge", error)` */
  error(message: string, fields?: LogFields | Error): void;
  /** The same as `debug`. */
  logDebug(message: string, fields?: LogFields): void;
  /** The same as `info`. */
  logInfo(message: string, fields?: LogFields): void;
  /** The same as `warn`. */
  logWarn(message: string, fields?: LogFields): void;
  /** The same as `error`. */
  logError(message: string, fields?: LogFields | Error): void;
}

const { env, stdout } = process;
const writeRecord = env.GHOST_NAME && !stdout.isTTY ? writeJson : textWriter(stdout.isTTY && !env.NO_COLOR);

const [debug, info, warn, error] = ["debug", "info", "warn", "error"].map((level) => writerOf(level as LogLevel)) as [
  Log["debug"],
  Log["info"],
  Log["warn"],
  Log["error"],
];
/** The same under longer names, which `Ghost` has, too. */
export const aliases = { logDebug: debug, logInfo: info, logWarn: warn, logError: error };

/** The app's log: see `Log`. */
export const G: Log = { debug, info, warn, error, ...aliases };

function writerOf(level: LogLevel): Log["error"] {
  return (message, given) => {
    const { log = writeRecord, metrics = openConnection()?.recordMetrics } = doubles();
    const write = (fields?: LogFields): void =>
      log({ time: new Date(clock().now()).toISOString(), level, message: String(message), ...(fields && { fields }) });
    if (isWritten(level, env.GHOST_LOG_LEVEL ?? "info")) careful(write, given instanceof Error ? { error: given } : given);
    metrics?.increment("ghost.log.records", 1, { level });
  };
}
