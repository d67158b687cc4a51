import type { HealthCheck, ProcessDefinition } from "../../config/definition.ts";
import { baseName } from "../../config/posix-path.ts";
import { formatDuration } from "../../config/units.ts";
import { shellWord } from "../command.ts";
import { containerOf } from "./compose-container.ts";
import type { Exported, ExportedProcess } from "./definitions.ts";
import { addressText, spell, variablesIn } from "./references.ts";

/** A service of a compose file. */
export interface ComposeService {
  readonly values: Readonly<Record<string, unknown>>;
  readonly comments: readonly string[];
  /** Variables that must be set. */
  readonly variables: readonly string[];
  /** Networks and volumes that are there already. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** Images by what runs a program. */
const IMAGES: Readonly<Record<string, string>> = {
  node: "node:22-slim",
  npm: "node:22-slim",
  npx: "node:22-slim",
  bun: "oven/bun:1",
  deno: "denoland/deno:2",
  python: "python:3-slim",
  python3: "python:3-slim",
  ruby: "ruby:3-slim",
  bundle: "ruby:3-slim",
  php: "php:8-cli",
  java: "eclipse-temurin:21",
};
/** Where nothing tells what a program needs. */
const DEFAULT_IMAGE = "debian:stable-slim";

const CONDITIONS = { started: "service_started", healthy: "service_healthy", completed: "service_completed_successfully" } as const;

/** The service that does what a process does. */
export function composeService(process: ExportedProcess, exported: Exported): ComposeService {
  const { definition, ports } = process;
  const write = (text: string) => spell(text, ports, COMPOSE_SPELLING);
  const container = containerOf(process, write);
  const passed = Object.fromEntries((container?.passed ?? []).map((name) => [name, null]));
  const environment = { ...passed, ...environmentOf(process, write) };
  const values = {
    ...(container?.values ?? programOf(process, exported, write)),
    ...(Object.keys(environment).length > 0 && { environment }),
    ...(definition.envFiles.length > 0 && { env_file: [...definition.envFiles] }),
    ...keepingOf(definition),
    ...healthOf(definition, write, container !== null),
    ...dependenciesOf(definition, exported),
    ...limitsOf(definition),
  };
  const fromFiles = Object.entries(definition.environment).flatMap(([key, value]) => (typeof value === "string" ? [] : [key]));
  const texts = [
    definition.executable,
    ...definition.args,
    ...Object.values({ ...definition.inherited, ...definition.environment }).filter((value) => typeof value === "string"),
  ];
  return {
    values,
    comments: [
      ...commentsOf(process),
      ...(container?.lost ?? []).map((option) => `${spell(option, ports, COMMENT_SPELLING)} was not taken over`),
    ],
    variables: [...fromFiles, ...texts.flatMap((text) => variablesIn(text, ports))],
    networks: container?.networks ?? [],
    volumes: container?.volumes ?? [],
  };
}

/** Compose fills `${VAR}` in; `$$` is a dollar. */
const COMPOSE_SPELLING = {
  literal: (text: string) => text.replaceAll("$", () => "$$"),
  variable: (name: string) => `\${${name}:?}`,
};

/** A program of this machine: its folder and its network are the machine's. */
function programOf({ definition }: ExportedProcess, { account }: Exported, write: (text: string) => string): Record<string, unknown> {
  const { executable, args, shell, workingDirectory, user } = definition;
  const command = shell ? ["/bin/sh", "-c", executable] : [executable, ...args];
  return {
    image: IMAGES[shell ? (executable.split(/\s+/)[0] ?? "") : baseName(executable)] ?? DEFAULT_IMAGE,
    command: command.map(write),
    working_dir: write(workingDirectory),
    volumes: [`${write(workingDirectory)}:${write(workingDirectory)}`],
    network_mode: "host",
    init: true,
    ...(user !== null && user !== account && { user }),
  };
}

function environmentOf({ definition }: ExportedProcess, write: (text: string) => string): Record<string, string> {
  const given = Object.entries({ ...definition.inherited, ...definition.environment });
  return Object.fromEntries(given.map(([key, value]) => [key, typeof value === "string" ? write(value) : `\${${key}:?}`]));
}

function keepingOf({ restart, stop, type, instances }: ProcessDefinition): Record<string, unknown> {
  const policy =
    restart.policy === "always"
      ? "unless-stopped"
      : restart.policy === "on-failure"
        ? `on-failure${restart.maxRestarts === null ? "" : `:${restart.maxRestarts}`}`
        : "no";
  return {
    restart: type === "oneshot" && restart.policy === "always" ? "no" : policy,
    ...(stop.command === null && stop.signal !== "SIGTERM" && { stop_signal: stop.signal }),
    stop_grace_period: graceOf(stop),
    ...(instances > 1 && { scale: instances }),
  };
}

/** `docker stop -t N` says it for the container; Ghost's own limit lies above it. */
function graceOf({ command, timeoutMs }: ProcessDefinition["stop"]): string {
  const seconds = /^docker stop -t (\d+) /.exec(command ?? "")?.[1];
  return seconds === undefined ? formatDuration(timeoutMs) : `${seconds}s`;
}

function healthOf({ healthCheck }: ProcessDefinition, write: (text: string) => string, inContainer: boolean): Record<string, unknown> {
  const test = healthCheck && testOf(healthCheck.probe, write, inContainer);
  if (!test || !healthCheck) return {};
  return {
    healthcheck: {
      test,
      interval: formatDuration(healthCheck.periodMs),
      timeout: formatDuration(healthCheck.timeoutMs),
      retries: healthCheck.failures,
      start_period: formatDuration(healthCheck.startGraceMs),
    },
  };
}

function testOf(probe: HealthCheck["probe"], write: (text: string) => string, inContainer: boolean): string[] | null {
  if (probe.kind === "http") return ["CMD-SHELL", write(`curl -fsS -o /dev/null "${probe.url}" || wget -qO /dev/null "${probe.url}"`)];
  if (probe.kind === "tcp") return ["CMD", "bash", "-c", write(`exec 3<>/dev/tcp/${probe.host}/${probe.port}`)];
  if (probe.kind !== "exec") return null;
  if (probe.shell) return ["CMD-SHELL", write(probe.executable)];
  // `docker exec NAME …` asks from outside what Compose asks inside.
  const words =
    inContainer && baseName(probe.executable) === "docker" && probe.args[0] === "exec"
      ? probe.args.slice(2)
      : [probe.executable, ...probe.args];
  return words[0] === "sh" && words[1] === "-c" && words.length === 3 ? ["CMD-SHELL", write(words[2] ?? "")] : ["CMD", ...words.map(write)];
}

function dependenciesOf({ project, dependsOn }: ProcessDefinition, { processes }: Exported): Record<string, unknown> {
  const found = dependsOn.filter(({ name }) =>
    processes.some(({ definition }) => definition.project === project && definition.name === name),
  );
  if (found.length === 0) return {};
  const entries = found.map(({ name, condition, onLoss }) => [
    name,
    { condition: CONDITIONS[condition], ...(onLoss === "restart" && { restart: true }) },
  ]);
  return { depends_on: Object.fromEntries(entries) };
}

function limitsOf({ limits: { memoryBytes, cpu, pids, openFiles } }: ProcessDefinition): Record<string, unknown> {
  return {
    ...(memoryBytes !== null && { mem_limit: memoryBytes }),
    ...(cpu !== null && { cpus: cpu }),
    ...(pids !== null && { pids_limit: pids }),
    ...(openFiles !== null && { ulimits: { nofile: openFiles } }),
  };
}

/** In a comment nothing is filled in: people see the variable that .env asks for. */
const COMMENT_SPELLING = { literal: (text: string) => text, variable: (name: string) => `\${${name}}` };

/** What Compose has no word for. */
function commentsOf({ definition, ports }: ExportedProcess): string[] {
  const { schedule, watch, listen, on, reload, stop, healthCheck, nice, umask, name, dependsOn } = definition;
  return [
    ...(schedule === null ? [] : [`schedule: ${schedule.cron} has no equal: let cron run \`docker compose run --rm ${shellWord(name)}\``]),
    ...(watch === null ? [] : ["watch has no equal here: see `develop`"]),
    ...(listen === null
      ? []
      : [`listen: ${spell(addressText(listen), ports, COMMENT_SPELLING)} has no equal: the program must listen by itself`]),
    ...(Object.keys(on).length > 0 ? [`on: ${Object.keys(on).join(", ")} has no equal`] : []),
    ...(reload === null ? [] : [`reload: docker compose kill -s ${reload.signal} ${shellWord(name)}`]),
    ...(stop.command === null || /^docker stop /.test(stop.command) ? [] : ["stop: command has no equal"]),
    ...(healthCheck && ["log", "heartbeat"].includes(healthCheck.probe.kind)
      ? [`health_check: ${healthCheck.probe.kind} has no equal`]
      : []),
    ...(healthCheck?.restart ? ["health_check: restart has no equal"] : []),
    ...(dependsOn.some(({ onLoss }) => onLoss === "hold" || onLoss === "stop") ? ["depends_on: on_loss hold and stop have no equal"] : []),
    ...(nice === null ? [] : [`nice: ${nice} has no equal`]),
    ...(umask === null ? [] : ["umask has no equal"]),
  ];
}
