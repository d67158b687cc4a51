import type { Manifest, ProcessDefinition } from "../../../core/config/definition.ts";
import { checkOrchestration, GROUP, ORCHESTRATION } from "./check-orchestration.ts";
import {
  check,
  either,
  filled,
  flag,
  type Kind,
  listOf,
  mapOf,
  misshapen,
  name,
  number,
  oneOf,
  orAbsent,
  orNull,
  path,
  record,
  type Shape,
  text,
  whole,
} from "./shapes.ts";

const valueFile: Kind = { what: "{ fromFile }", fits: (value) => path.fits((value as { fromFile?: unknown } | null)?.fromFile) };

const json: Kind = { what: "JSON", fits: isJson };

const MANIFEST: Shape = {
  id: filled,
  project: name,
  path: text,
  files: listOf(text),
  processes: listOf(record),
  groups: orAbsent(listOf(record)),
  secrets: mapOf(text),
};

const DEFINITION: Shape = {
  name,
  project: name,
  executable: filled,
  args: listOf(text),
  shell: flag,
  workingDirectory: path,
  environment: mapOf(either(text, valueFile)),
  envFiles: listOf(path),
  inherited: mapOf(text),
  type: oneOf("service", "oneshot"),
  restart: {
    policy: oneOf("always", "on-failure", "never"),
    delayMs: number,
    factor: number,
    maxDelayMs: number,
    jitter: number,
    resetAfterMs: number,
    maxRestarts: orNull(number),
    windowMs: number,
    successCodes: listOf(whole),
  },
  stop: { signal: filled, timeoutMs: number, command: orNull(text) },
  logs: { maxSizeBytes: number, maxFiles: number, compress: flag },
  limits: { memoryBytes: orNull(number), openFiles: orNull(number), cpu: orAbsent(orNull(number)), pids: orAbsent(orNull(number)) },
  user: orNull(text),
  group: orNull(text),
  umask: orNull(number),
  nice: orNull(whole),
  ...ORCHESTRATION,
  app: orAbsent(orNull(record)),
};
const APP: Shape = {
  file: path,
  config: json,
  grants: listOf(text),
  logsPath: orNull(path),
  monitored: flag,
  says: { type: flag, restart: flag },
};
const WATCH: Shape = { paths: listOf(text), ignore: listOf(text), debounceMs: number };
const SOURCE: Shape = { file: path, line: whole };

/** A manifest that came over the socket is checked for its shape: Ghost's own client sends what its parser made, others may send anything. Throws USAGE. */
export function checkManifest(manifest: Manifest | undefined): void {
  if (!record.fits(manifest)) throw misshapen("it has no manifest");
  const { processes, groups } = manifest as Partial<Manifest>;
  check(manifest, MANIFEST, "manifest");
  for (const [index, definition] of (processes ?? []).entries()) checkDefinition(definition, `manifest.processes[${index}]`);
  for (const [index, group] of (groups ?? []).entries()) {
    const at = `manifest.groups[${index}]`;
    check(group, GROUP, at);
    if (group.source !== null) check(group.source, SOURCE, `${at}.source`);
  }
}

function checkDefinition(definition: ProcessDefinition, at: string): void {
  check(definition, DEFINITION, at);
  if (definition.watch !== null) check(definition.watch, WATCH, `${at}.watch`);
  if (definition.source !== null) check(definition.source, SOURCE, `${at}.source`);
  if (definition.app) check(definition.app, APP, `${at}.app`);
  checkOrchestration(definition, at);
}

function isJson(value: unknown): boolean {
  try {
    return typeof value === "string" && typeof JSON.parse(value) === "object";
  } catch {
    return false;
  }
}
