import type { EnvironmentValue, ProcessDefinition } from "./definition.ts";
import { describeApp } from "./explain-app.ts";
import { describeOrchestration, quoteVisible, type Row } from "./explain-orchestration.ts";
import { showPortReferences } from "./port-references.ts";
import { maskReferences, mayReferToSecret, revealSecrets } from "./secrets.ts";
import { formatDuration, formatSize } from "./units.ts";

/** Values by the keys of `processes.yaml`, flat: `restart.policy`, `environment.PORT`. A key that is not set is absent. */
export type Description = Readonly<Record<string, string>>;

/** One key that differs; null on the side where it is not set. Secrets are masked. */
export interface Difference {
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Values of the secret references on either side, where they are known. */
export interface SecretsOfBoth {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/** A definition as people wrote it or might have, secrets masked, without its source. */
export function describeDefinition(definition: ProcessDefinition): Description {
  return Object.fromEntries(describe(definition).map(([key, text]) => [key, visible(text)]));
}

/**
 * What differs between two definitions, by key; where they were declared does not count. With `secrets`, references are compared by their values:
 * a secret that changed is told as `****** (changed)`, and one that only moved to another reference is no difference.
 */
export function diffDefinitions(before: ProcessDefinition, after: ProcessDefinition, secrets?: SecretsOfBoth): Difference[] {
  if (isSame(before, after, secrets !== undefined)) return [];
  const old = new Map(describe(before));
  const now = new Map(describe(after));
  const differences: Difference[] = [];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [a, b] = [old.get(key) ?? null, now.get(key) ?? null];
    if (revealed(a, secrets?.before) !== revealed(b, secrets?.after)) differences.push(difference(key, a, b));
  }
  return differences;
}

/** A quick look, for definitions that did not change: nearly all of most files. What differs in the order of keys alone, or has secrets, takes the long way. */
function isSame(before: ProcessDefinition, after: ProcessDefinition, hasSecrets: boolean): boolean {
  const text = JSON.stringify({ ...after, source: null });
  return text === JSON.stringify({ ...before, source: null }) && !(hasSecrets && mayReferToSecret(text));
}

function revealed(text: string | null, values: Readonly<Record<string, string>> | undefined): string | null {
  return text === null || values === undefined ? text : revealSecrets(text, values);
}

function difference(key: string, before: string | null, after: string | null): Difference {
  const [a, b] = [before === null ? null : visible(before), after === null ? null : visible(after)];
  return { key, before: a, after: b !== null && a === b ? `${b} (changed)` : b };
}

/** The text as people may see it: secrets masked, ports as they are written. */
function visible(text: string): string {
  return showPortReferences(maskReferences(text));
}

/** With secret references still in; `null` and defaults that mean "none" are left out. */
function describe(definition: ProcessDefinition): Row[] {
  const { name, project, shell, executable, args, workingDirectory, envFiles, type, user, group, umask, nice } = definition;
  const rows: (Row | null)[] = [
    ["name", name],
    ["project", project],
    [shell ? "command" : "executable", executable],
    args.length > 0 ? ["args", args.map(quoteVisible).join(" ")] : null,
    shell ? ["shell", "true"] : null,
    ["working_directory", workingDirectory],
    envFiles.length > 0 ? ["env_file", envFiles.join(", ")] : null,
    ["type", type],
    user === null ? null : ["user", user],
    group === null ? null : ["group", group],
    umask === null ? null : ["umask", umask.toString(8).padStart(3, "0")],
    nice === null ? null : ["nice", String(nice)],
  ];
  return [
    ...rows.filter((row) => row !== null),
    ...describeOrchestration(definition),
    ...describeVariables(definition),
    ...describePolicies(definition),
    ...describeApp(definition.app),
  ];
}

function describeVariables({ environment, inherited }: ProcessDefinition): Row[] {
  const rows = Object.entries(environment).map(([key, value]): Row => [`environment.${key}`, environmentText(value)]);
  return [...rows, ...Object.entries(inherited).map(([key, value]): Row => [`inherit.${key}`, value])];
}

function environmentText(value: EnvironmentValue): string {
  return typeof value === "string" ? value : `from file ${value.fromFile}`;
}

function describePolicies({ restart, stop, logs, watch, limits }: ProcessDefinition): Row[] {
  const rows: (Row | null)[] = [
    ...describeRestart(restart),
    ["stop.signal", stop.signal],
    ["stop.timeout", formatDuration(stop.timeoutMs)],
    stop.command === null ? null : ["stop.command", stop.command],
    ["logs.max_size", formatSize(logs.maxSizeBytes)],
    ["logs.max_files", String(logs.maxFiles)],
    ["logs.compress", String(logs.compress)],
    watch && ["watch.paths", watch.paths.join(", ")],
    watch && watch.ignore.length > 0 ? ["watch.ignore", watch.ignore.join(", ")] : null,
    watch && ["watch.debounce", formatDuration(watch.debounceMs)],
    limits.memoryBytes === null ? null : ["resource_limits.memory", formatSize(limits.memoryBytes)],
    limits.openFiles === null ? null : ["resource_limits.open_files", String(limits.openFiles)],
    limits.cpu === null ? null : ["resource_limits.cpu", String(limits.cpu)],
    limits.pids === null ? null : ["resource_limits.pids", String(limits.pids)],
  ];
  return rows.filter((row) => row !== null);
}

function describeRestart(restart: ProcessDefinition["restart"]): (Row | null)[] {
  return [
    ["restart.policy", restart.policy],
    ["restart.delay", formatDuration(restart.delayMs)],
    ["restart.factor", String(restart.factor)],
    ["restart.max_delay", formatDuration(restart.maxDelayMs)],
    ["restart.jitter", String(restart.jitter)],
    ["restart.reset_after", formatDuration(restart.resetAfterMs)],
    restart.maxRestarts === null ? null : ["restart.max_restarts", String(restart.maxRestarts)],
    ["restart.window", formatDuration(restart.windowMs)],
    ["restart.success_codes", restart.successCodes.join(", ")],
  ];
}
