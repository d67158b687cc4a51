import { quoteWord } from "./command-line.ts";
import type { HealthCheck, ListenAddress, Probe, ProcessDefinition, Schedule } from "./definition.ts";
import { portsIn } from "./port-references.ts";
import { maskReferences } from "./secrets.ts";
import { formatDuration } from "./units.ts";

/** A key of `processes.yaml`, flat, and its value as text; references to secrets and ports are still in. */
export type Row = readonly [key: string, text: string];

/** What a process says of its part in the whole; what is not set is left out. */
export function describeOrchestration(definition: ProcessDefinition): Row[] {
  const { dependsOn, healthCheck, instances, ports, listen, schedule, reload, on } = definition;
  const rows: (Row | null)[] = [
    ...dependsOn.map(
      ({ name, condition, onLoss }): Row => [`depends_on.${name}`, onLoss === "ignore" ? condition : `${condition}, on_loss ${onLoss}`],
    ),
    ...(healthCheck ? describeHealth(healthCheck) : []),
    ["instances", String(instances)],
    ...Object.entries(ports).map(([name, port]): Row => [`ports.${name}`, String(port)]),
    listen && ["listen", formatAddress(listen)],
    schedule && ["schedule", formatSchedule(schedule)],
    reload && ["reload.signal", reload.signal],
    ...Object.entries(on).map(([event, command]): Row => [`on.${event}`, command]),
  ];
  return rows.filter((row) => row !== null);
}

function describeHealth({ probe, periodMs, timeoutMs, failures, successes, startGraceMs, restart }: HealthCheck): Row[] {
  return [
    ...describeProbe(probe),
    ["health_check.period", formatDuration(periodMs)],
    ["health_check.timeout", formatDuration(timeoutMs)],
    ["health_check.failures", String(failures)],
    ["health_check.successes", String(successes)],
    ["health_check.start_grace", formatDuration(startGraceMs)],
    ["health_check.restart", String(restart)],
  ];
}

function describeProbe(probe: Probe): Row[] {
  switch (probe.kind) {
    case "http":
      return describeHttp(probe);
    case "tcp":
      return [["health_check.tcp", hostAndPort(probe.host, probe.port)]];
    case "exec":
      return [["health_check.exec", probe.shell ? probe.executable : [probe.executable, ...probe.args].map(quoteVisible).join(" ")]];
    case "log":
      return [["health_check.log", probe.pattern]];
    case "heartbeat":
      return [["health_check.heartbeat", formatDuration(probe.intervalMs)]];
    case "hub":
      return [];
    default:
      return probe satisfies never;
  }
}

function describeHttp({ url, status, body }: Extract<Probe, { kind: "http" }>): Row[] {
  const rows: (Row | null)[] = [
    ["health_check.http", url],
    status && ["health_check.http.status", status.join(", ")],
    body === null ? null : ["health_check.http.body", body],
  ];
  return rows.filter((row) => row !== null);
}

/** Quotes a word unless it holds a reference, whose mark would be quoted with it. */
export function quoteVisible(word: string): string {
  return maskReferences(word) === word && portsIn(word).length === 0 ? quoteWord(word) : word;
}

/** `*:8080` for all addresses, else `host:8080`. */
function formatAddress({ host, port, portFrom }: ListenAddress): string {
  return hostAndPort(host === "0.0.0.0" ? "*" : host, portFrom ?? String(port));
}

function hostAndPort(host: string, port: string): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function formatSchedule({ cron, timezone }: Schedule): string {
  return timezone === null ? cron : `${cron} (${timezone})`;
}
