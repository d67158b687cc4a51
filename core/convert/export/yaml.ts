import type { EnvironmentValue, HealthCheck, ProcessDefinition } from "../../config/definition.ts";
import { portsIn, showPortReferences } from "../../config/port-references.ts";
import { HEALTH_DEFAULT } from "../../config/read-health.ts";
import { LIMITS_DEFAULT, LOGS_DEFAULT, RESTART_DEFAULT, STOP_DEFAULT, WATCH_DEFAULT } from "../../config/read-policies.ts";
import { secretsIn } from "../../config/secrets.ts";
import { GhostError } from "../../errors/ghost-error.ts";
import { setCommand } from "../command.ts";
import { DraftProcess, emptyDraft, Template, type Text, type Value } from "../draft.ts";
import { durationText, filled, restartValue, sizeText } from "../quantities.ts";
import { settle } from "../settle.ts";
import type { Exported, ExportedProcess, ForeignText } from "./definitions.ts";
import { addressText, secretVariable } from "./references.ts";
import { draftOfApp } from "./yaml-app.ts";

/**
 * The definitions as a `processes.yaml`, whatever file or command registered them: only what differs from the defaults (of an app, from its file), paths
 * absolute, secrets as `${VAR}`. Throws USAGE for processes of several projects: a file has one.
 */
export function exportYaml({ processes, groups, reading }: Exported): ForeignText[] {
  const projects = [...new Set(processes.map(({ definition }) => definition.project))];
  if (projects.length > 1)
    throw new GhostError("USAGE", `cannot write one processes.yaml for several projects: ${projects.join(", ")}`, {
      hint: `name what you want, e.g. ghost export yaml '${projects[0]}/*'`,
    });
  const draft = emptyDraft(projects[0] ?? null);
  const names = new Set(processes.map(({ definition }) => definition.name));
  draft.processes.push(...processes.map((process) => entryOf(process, names)));
  if (processes.some(({ app }) => app?.isDiscovered)) draft.notes.push(DISCOVERED);
  for (const group of groups) {
    const members = group.processes.filter((name) => names.has(name));
    if (group.project === projects[0] && members.length > 0)
      draft.groups.push({ name: group.name, processes: members, ...(group.startup !== "dependency" && { startup: group.startup }) });
  }
  return [{ name: "processes.yaml", text: settle(draft, "/processes.yaml", TITLE, reading).text }];
}

const TITLE = ["Made by `ghost export yaml`. Secrets are not in it."];
const DISCOVERED =
  "These apps lie in ghosts/, where Ghost finds them by itself: to register this file beside them, give it another project.";

/** An app is its folder, and what is registered otherwise than its file says. */
function entryOf({ definition, app }: ExportedProcess, names: ReadonlySet<string>): DraftProcess {
  if (!app) return draftOf(definition, names);
  const { watch } = definition;
  // Ghost follows the file of what it found in ghosts/ itself.
  const asDeclared = { ...definition, watch: watch && app.isDiscovered ? { ...watch, ignore: watch.ignore.filter(isNotItsFile) } : watch };
  const from = app.definition.args.length - app.ownArgs;
  const [args, own] = [definition, app.definition].map((each) => each.args.slice(from).map(textOf));
  return draftOfApp(app, {
    registered: draftOf(asDeclared, names),
    file: draftOf({ ...app.definition, dependsOn: [] }, names),
    args: JSON.stringify(args) === JSON.stringify(own) ? undefined : args,
    type: definition.type === app.definition.type ? undefined : definition.type,
  });
}

function isNotItsFile(pattern: string): boolean {
  return pattern !== ".ghost.yaml";
}

function draftOf(definition: ProcessDefinition, names: ReadonlySet<string>): DraftProcess {
  const process = new DraftProcess(definition.name);
  setProgram(process, definition);
  process.set("working_directory", definition.workingDirectory);
  process.set("type", definition.type === byDefault(definition) ? undefined : definition.type);
  process.set("instances", definition.instances > 1 ? definition.instances : undefined);
  process.set(
    "schedule",
    definition.schedule === null
      ? undefined
      : definition.schedule.timezone === null
        ? definition.schedule.cron
        : filled({ cron: definition.schedule.cron, timezone: definition.schedule.timezone }),
  );
  process.set("depends_on", dependenciesOf(definition, names, process));
  process.set("health_check", definition.healthCheck ? healthOf(definition.healthCheck) : undefined);
  setPolicies(process, definition);
  process.set("ports", { ...definition.ports });
  process.set("listen", definition.listen === null ? undefined : textOf(addressText(definition.listen)));
  process.set("environment", Object.fromEntries(Object.entries(definition.environment).map(([key, value]) => [key, variableOf(value)])));
  process.set("env_file", [...definition.envFiles]);
  process.set("inherit", Object.keys(definition.inherited));
  process.set("on", filled(Object.fromEntries(Object.entries(definition.on).map(([event, command]) => [event, textOf(command)]))));
  return process;
}

/** What the parser makes of a process that does not say its type. */
function byDefault({ restart, healthCheck, listen, instances, schedule }: ProcessDefinition): ProcessDefinition["type"] {
  if (schedule !== null) return "oneshot";
  return restart.policy !== "never" || healthCheck !== null || listen !== null || instances > 1 ? "service" : "oneshot";
}

/** A text with `${VAR}` for secrets and `${ports.NAME}` for ports; else literal. */
function textOf(text: string): Text {
  if (secretsIn(text).length === 0 && portsIn(text).length === 0) return text;
  const escaped = text.replaceAll("${", () => "$${");
  let shown = showPortReferences(escaped);
  for (const reference of secretsIn(text)) shown = shown.replaceAll(`\u0001${reference}\u0001`, () => `\${${secretVariable(reference)}}`);
  return new Template(shown);
}

function variableOf(value: EnvironmentValue): Value {
  return typeof value === "string" ? textOf(value) : { from_file: value.fromFile };
}

function setProgram(process: DraftProcess, { executable, args, shell }: ProcessDefinition): void {
  if (!shell) return setCommand(process, [executable, ...args].map(textOf));
  process.set("command", textOf(executable));
  process.set("shell", true);
}

function dependenciesOf({ dependsOn }: ProcessDefinition, names: ReadonlySet<string>, process: DraftProcess): Value {
  for (const { name } of dependsOn) if (!names.has(name)) process.note(`depends_on: ${name} is not exported`, "depends_on");
  const kept = dependsOn.filter(({ name }) => names.has(name));
  return Object.fromEntries(
    kept.map(({ name, condition, onLoss }) => [name, filled({ condition, on_loss: onLoss === "ignore" ? undefined : onLoss })]),
  );
}

function healthOf({ probe, ...check }: HealthCheck): Value {
  return filled({
    ...probeOf(probe),
    period: differs(check.periodMs, HEALTH_DEFAULT.periodMs, durationText(check.periodMs)),
    timeout: differs(check.timeoutMs, HEALTH_DEFAULT.timeoutMs, durationText(check.timeoutMs)),
    failures: differs(check.failures, HEALTH_DEFAULT.failures, check.failures),
    successes: differs(check.successes, HEALTH_DEFAULT.successes, check.successes),
    start_grace: differs(check.startGraceMs, HEALTH_DEFAULT.startGraceMs, durationText(check.startGraceMs)),
    restart: check.restart ? true : undefined,
  });
}

/** `text` where a value is not the standard one. */
function differs<T>(value: T, standard: T, text: Value | undefined): Value | undefined {
  return value === standard ? undefined : text;
}

function probeOf(probe: HealthCheck["probe"]): Record<string, Value | undefined> {
  switch (probe.kind) {
    case "http":
      return { http: httpOf(probe) };
    case "tcp":
      return { tcp: textOf(`${probe.host}:${probe.port}`) };
    case "log":
      return { log: textOf(probe.pattern) };
    case "heartbeat":
      return { heartbeat: durationText(probe.intervalMs) };
    case "exec":
      return execOf(probe);
    case "hub":
      return {};
  }
}

function httpOf({ url, status, body }: Extract<HealthCheck["probe"], { kind: "http" }>): Value {
  if (status === null && body === null) return textOf(url);
  return filled({ url: textOf(url), status: status === null ? undefined : [...status], body: body === null ? undefined : textOf(body) });
}

function execOf({ executable, args, shell }: Extract<HealthCheck["probe"], { kind: "exec" }>): Record<string, Value | undefined> {
  // The parser gives a line to a shell when only one can run it.
  if (shell) return { exec: textOf(executable) };
  const line = new DraftProcess("probe");
  setCommand(line, [executable, ...args].map(textOf));
  return { exec: line.keys.command };
}

function setPolicies(
  process: DraftProcess,
  { restart, stop, reload, limits, logs, watch, user, group, umask, nice }: ProcessDefinition,
): void {
  const differs = <T>(value: T, standard: T, text: Value | undefined): Value | undefined => (value === standard ? undefined : text);
  process.set(
    "restart",
    restartValue(restart.policy, {
      delay: differs(restart.delayMs, RESTART_DEFAULT.delayMs, durationText(restart.delayMs)),
      factor: differs(restart.factor, RESTART_DEFAULT.factor, restart.factor),
      max_delay: differs(restart.maxDelayMs, RESTART_DEFAULT.maxDelayMs, durationText(restart.maxDelayMs)),
      jitter: differs(restart.jitter, RESTART_DEFAULT.jitter, restart.jitter),
      reset_after: differs(restart.resetAfterMs, RESTART_DEFAULT.resetAfterMs, durationText(restart.resetAfterMs)),
      max_restarts: restart.maxRestarts ?? undefined,
      window: differs(restart.windowMs, RESTART_DEFAULT.windowMs, durationText(restart.windowMs)),
      success_codes: restart.successCodes.join() === "0" ? undefined : [...restart.successCodes],
    }),
  );
  process.set(
    "stop",
    filled({
      signal: differs(stop.signal, STOP_DEFAULT.signal, stop.signal),
      timeout: differs(stop.timeoutMs, STOP_DEFAULT.timeoutMs, durationText(stop.timeoutMs)),
      command: stop.command === null ? undefined : textOf(stop.command),
    }),
  );
  process.set("reload", reload === null ? undefined : { signal: reload.signal });
  process.set(
    "resource_limits",
    filled({
      memory: differs(limits.memoryBytes, LIMITS_DEFAULT.memoryBytes, sizeText(limits.memoryBytes)),
      cpu: limits.cpu ?? undefined,
      pids: limits.pids ?? undefined,
      open_files: limits.openFiles ?? undefined,
    }),
  );
  process.set(
    "logs",
    filled({
      max_size: differs(logs.maxSizeBytes, LOGS_DEFAULT.maxSizeBytes, sizeText(logs.maxSizeBytes)),
      max_files: differs(logs.maxFiles, LOGS_DEFAULT.maxFiles, logs.maxFiles),
      compress: differs(logs.compress, LOGS_DEFAULT.compress, logs.compress),
    }),
  );
  process.set(
    "watch",
    watch === null
      ? undefined
      : {
          paths: [...watch.paths],
          ...filled({
            ignore: watch.ignore.length > 0 ? [...watch.ignore] : undefined,
            debounce: differs(watch.debounceMs, WATCH_DEFAULT.debounceMs, durationText(watch.debounceMs)),
          }),
        },
  );
  process.set("user", user ?? undefined);
  process.set("group", group ?? undefined);
  process.set("umask", umask === null ? undefined : umask.toString(8).padStart(3, "0"));
  process.set("nice", nice ?? undefined);
}
