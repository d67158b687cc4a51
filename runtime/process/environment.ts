import { delimiter } from "node:path";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { parseEnvFile } from "../../core/config/env-file.ts";
import { fillSecrets, isSecretName, secretsIn } from "../../core/config/secrets.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { fileProblem } from "../system/look-at.ts";
import { readRegularFile } from "../system/regular-file.ts";
import type { Account } from "./accounts.ts";

/** Variables that every process gets from the daemon's own environment, if they are set there (contracts, "Environment of a registered process"). */
const BASE_NAMES = new Set(["HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR"]);
/** What Ghost tells a process about itself. A shell that runs inside another process has them, too; they are not to be inherited from there. */
const OWN_NAMES = new Set([
  "GHOST_HOME",
  "GHOST_PROJECT",
  "GHOST_NAME",
  "GHOST_INSTANCE",
  "GHOST_HUB",
  "GHOST_TOKEN",
  "GHOST_CONFIG",
  "GHOST_PROCESS",
]);
/** A `from_file` or `env_file` larger than this is a mistake. */
const VALUE_FILE_BYTES_MAX = 1024 * 1024;

export interface EnvironmentSources {
  readonly home: string;
  /** GHOST_HUB: where the hub's socket is; null: the process could not open it. */
  readonly hub: string | null;
  /** Whether it gets a listener as its descriptor 3. */
  readonly listener: boolean;
  /** PATH of the registering shell. */
  readonly path: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Fills in the ports that a text refers to. */
  readonly revealPorts: (text: string) => string;
  /** Whom the process runs as, if not the daemon's user. */
  readonly account: Account | null;
  /** GHOST_TOKEN, of an app. */
  readonly hubToken: string | null;
  /** GHOST_INSTANCE. */
  readonly instance: number;
  /** GHOST_PROCESS of this run; null when the environment of none is looked at. */
  readonly token: string | null;
}

/** Where a variable came from, for `ghost env`. */
export interface Variable {
  readonly value: string;
  readonly origin: string;
  readonly secret: boolean;
}

/**
 * The exact environment of a process, in the order of the contract: base, PATH, Ghost's own, `inherit`, `env_file`,
 * `environment`; the later wins. Nothing else gets in, so what was removed from the file is gone.
 * Throws CONFIG_NOT_FOUND, PERMISSION_DENIED or CONFIG_INVALID for files that cannot be read, STATE_DAMAGED for secrets that are lost.
 */
export function composeEnvironment(definition: ProcessDefinition, sources: EnvironmentSources): Map<string, Variable> {
  const variables = new Map<string, Variable>();
  const set = (key: string, value: string, origin: string, secret = isSecretName(key)): void =>
    void variables.set(key, { value, origin, secret });
  for (const [key, value] of Object.entries(process.env)) {
    if (value !== undefined && (BASE_NAMES.has(key) || key.startsWith("LC_"))) set(key, value, "base");
  }
  if (sources.account) setAccount(sources.account, set);
  set("PYTHONUNBUFFERED", "1", "base");
  set("PATH", sources.path, "the shell that registered it");
  set("GHOST_HOME", sources.home, "ghost");
  if (sources.hub !== null) set("GHOST_HUB", sources.hub, "ghost");
  set("GHOST_PROJECT", definition.project, "ghost");
  set("GHOST_NAME", definition.name, "ghost");
  set("GHOST_INSTANCE", String(sources.instance), "ghost");
  if (sources.hubToken !== null) set("GHOST_TOKEN", sources.hubToken, "ghost", true);
  if (definition.app) set("GHOST_CONFIG", definition.app.config, definition.app.file);
  for (const [key, value] of Object.entries(definition.inherited)) if (!OWN_NAMES.has(key)) setText(key, value, "inherit", sources, set);
  for (const file of definition.envFiles) {
    for (const [key, value] of readEnvFile(file)) set(key, value, file);
  }
  for (const [key, value] of Object.entries(definition.environment)) {
    if (typeof value === "string") setText(key, besides(variables.get(key), value), "environment", sources, set);
    else set(key, readValueFile(key, value.fromFile), value.fromFile, true);
  }
  if (sources.listener) {
    set("LISTEN_FDS", "1", "ghost");
    set("LISTEN_FDNAMES", definition.name, "ghost");
  }
  // Last, so that no declaration can take away what identifies the run.
  if (sources.token !== null) set("GHOST_PROCESS", sources.token, "ghost", false);
  return variables;
}

/** Where the home has the SDK stands behind what `inherit` and `env_file` say of where modules are. */
function besides(before: Variable | undefined, value: string): string {
  return before && /[\\/]sdk[\\/]current(?:[\\/]python)?$/.test(value) ? [before.value, value].join(delimiter) : value;
}

type SetVariable = (key: string, value: string, origin: string, secret?: boolean) => void;

function setAccount(account: Account, set: SetVariable): void {
  set("HOME", account.home, "user");
  set("USER", account.name, "user");
  set("LOGNAME", account.name, "user");
  set("SHELL", account.shell, "user");
}

function setText(key: string, text: string, origin: string, sources: EnvironmentSources, set: SetVariable): void {
  set(key, fillSecrets(sources.revealPorts(text), sources.secrets), origin, isSecretName(key) || secretsIn(text).length > 0);
}

function readEnvFile(path: string): [string, string][] {
  const { variables, diagnostics } = parseEnvFile(path, readText(path, "env_file"));
  const error = diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (error) throw new GhostError("CONFIG_INVALID", `${path}:${error.line}: ${error.message}`, { hint: error.hint });
  return Object.entries(variables);
}

/** The content of a `from_file`, without the line end that editors add. */
function readValueFile(key: string, path: string): string {
  const text = readText(path, `environment.${key}.from_file`);
  return text.replace(/\r?\n$/, "");
}

function readText(path: string, key: string): string {
  try {
    return readSmallFile(path, key);
  } catch (error) {
    if (error instanceof GhostError) throw error;
    const { kind, text } = fileProblem(error);
    if (kind === "missing")
      throw new GhostError("CONFIG_NOT_FOUND", `cannot read ${path}: ${text}`, { hint: `create it, or mend \`${key}\`` });
    if (kind === "denied")
      throw new GhostError("PERMISSION_DENIED", `cannot read ${path}: ${text}`, { hint: "let the daemon's user read it" });
    throw new GhostError("CONFIG_INVALID", `cannot read ${path}: ${text}`, { hint: `mend \`${key}\`` });
  }
}

/** Only a file of bounded size is read. */
function readSmallFile(path: string, key: string): string {
  const file = readRegularFile(path, VALUE_FILE_BYTES_MAX);
  if (file.kind === "read") return file.bytes.toString("utf8");
  const why = file.kind === "large" ? `it is larger than ${VALUE_FILE_BYTES_MAX} bytes` : "it is not a regular file";
  throw new GhostError("CONFIG_INVALID", `cannot read ${path}: ${why}`, { hint: `mend \`${key}\`` });
}
