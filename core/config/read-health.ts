import type { HealthCheck, Probe } from "./definition.ts";
import { type Field, type MapFields, readBoolean, readDuration, readInteger, readMap, refuse } from "./fields.ts";
import { HEALTH_KEYS, PROBE_KINDS } from "./orchestration-keys.ts";
import { readExecProbe, readHttpProbe, readLogProbe, readTcpProbe } from "./read-probes.ts";

type HealthFields = MapFields<keyof typeof HEALTH_KEYS>;

/** What holds where a check says nothing. The figures are the contract's. */
export const HEALTH_DEFAULT: Omit<HealthCheck, "probe"> = {
  periodMs: 5000,
  timeoutMs: 2000,
  failures: 3,
  successes: 1,
  startGraceMs: 120_000,
  restart: false,
};

/** Asking more often would cost more than it tells. */
const PERIOD_MIN_MS = 10;
/** The silence of a heartbeat is looked for no more often. */
const HEARTBEAT_MIN_MS = 100;
const COUNT_MAX = 10_000;

/** `health_check: { … }` with exactly one way to ask. */
export function readHealthCheck(field: Field): HealthCheck | undefined {
  const map = readMap(field, HEALTH_KEYS, "health_check");
  if (!map) return undefined;
  const rest = {
    periodMs: map.read("period", (period) => readAtLeast(period, PERIOD_MIN_MS), HEALTH_DEFAULT.periodMs),
    timeoutMs: map.read("timeout", (timeout) => readAtLeast(timeout, PERIOD_MIN_MS), HEALTH_DEFAULT.timeoutMs),
    failures: map.read("failures", (count) => readInteger(count, 1, COUNT_MAX), HEALTH_DEFAULT.failures),
    successes: map.read("successes", (count) => readInteger(count, 1, COUNT_MAX), HEALTH_DEFAULT.successes),
    startGraceMs: map.read("start_grace", readDuration, HEALTH_DEFAULT.startGraceMs),
    restart: map.read("restart", readBoolean, HEALTH_DEFAULT.restart),
  };
  const probe = readProbe(map, field);
  return probe && { probe, ...rest };
}

function readProbe(map: HealthFields, field: Field): Probe | undefined {
  const [kind, other] = PROBE_KINDS.filter((candidate) => map.has(candidate));
  const second = other && map.field(other);
  if (second) return refuse(second, `${kind} is given, too, and a process has one check`, `keep one of ${PROBE_KINDS.join(", ")}`);
  const probe = kind && map.field(kind);
  if (!probe) return refuseNothing(field);
  switch (kind) {
    case "http":
      return readHttpProbe(probe);
    case "tcp":
      return readTcpProbe(probe);
    case "exec":
      return readExecProbe(probe);
    case "log":
      return readLogProbe(probe);
    case "heartbeat":
      return readHeartbeat(probe);
    default:
      return kind satisfies never;
  }
}

/** A misspelt way to ask is reported already. */
function refuseNothing(field: Field): undefined {
  const { tree } = field;
  if (tree.kind === "map" && [...tree.entries.keys()].some((key) => !Object.hasOwn(HEALTH_KEYS, key))) return undefined;
  return refuse(
    field,
    "it does not say how to ask",
    "add one of `http: URL`, `tcp: host:port`, `exec: command`, `log: regex`, `heartbeat: 10s`",
  );
}

function readHeartbeat(field: Field): Probe | undefined {
  const intervalMs = readAtLeast(field, HEARTBEAT_MIN_MS);
  return intervalMs === undefined ? undefined : { kind: "heartbeat", intervalMs };
}

function readAtLeast(field: Field, minMs: number): number | undefined {
  const duration = readDuration(field);
  return duration !== undefined && duration < minMs ? refuse(field, `it is shorter than ${minMs}ms`, "write 5s, for example") : duration;
}
