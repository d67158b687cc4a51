import type { Manifest, ProcessDefinition } from "./definition.ts";
import { ORCHESTRATION_DEFAULTS } from "./definition-defaults.ts";
import type { Variables } from "./interpolate.ts";
import { sanitizeName } from "./names.ts";
import { baseName, expandHome, resolvePath } from "./posix-path.ts";
import { LIMITS_DEFAULT, LOGS_DEFAULT, RESTART_DEFAULT, STOP_DEFAULT } from "./read-policies.ts";
import { type RuntimeSurvey, runtimeFor } from "./script-runtime.ts";

/** What `ghost start PROGRAM [--name N] [-- ARGS]` was given. */
export interface ProgramRequest extends RuntimeSurvey {
  /** Absolute, or relative to `directory`. */
  readonly file: string;
  readonly name?: string;
  readonly args: readonly string[];
  /** Where the command was given, absolute: the process's working directory. */
  readonly directory: string;
  /** Of the caller: PATH is recorded, HOME fills `~/`. */
  readonly environment: Variables;
}

/** The manifest for one program, and a phrase that tells how it will be run. */
export interface Program {
  readonly manifest: Manifest;
  /** e.g. `app.js is run by node`. */
  readonly says: string;
}

/**
 * Makes the manifest of a program that no file declares: a service that is always restarted. `name` is taken as it is: check it with
 * `nameProblem`. Throws EXECUTABLE_NOT_FOUND when nothing is there that could run the file.
 */
export function definitionForProgram(request: ProgramRequest): Program {
  const { directory, environment } = request;
  const file = resolvePath(directory, expandHome(request.file, environment.HOME));
  const name = request.name ?? sanitizeName(baseName(file).replace(/(.)\.[^.]*$/, "$1"), "program");
  const project = sanitizeName(baseName(directory));
  const runtime = runtimeFor(file, request);
  const bare = definitionOf(name, project, directory, [...(runtime?.words ?? []), file, ...request.args]);
  const definition = { ...bare, environment: runtime?.environment ?? {} };
  const manifest = {
    id: `program:${file}:${name}`,
    project,
    files: [],
    processes: [definition],
    groups: [],
    path: environment.PATH ?? "",
    secrets: {},
  };
  return { manifest, says: runtime ? `${baseName(file)} is run by ${runtime.name}` : `${baseName(file)} is executed` };
}

/** A program that no file describes: a service that is always restarted. */
export function definitionOf(
  name: string,
  project: string,
  directory: string,
  [executable = "", ...args]: readonly string[],
): ProcessDefinition {
  return {
    name,
    project,
    executable,
    args,
    shell: false,
    workingDirectory: directory,
    environment: {},
    envFiles: [],
    inherited: {},
    type: "service",
    restart: { ...RESTART_DEFAULT, policy: "always" },
    stop: STOP_DEFAULT,
    logs: LOGS_DEFAULT,
    watch: null,
    limits: LIMITS_DEFAULT,
    user: null,
    group: null,
    umask: null,
    nice: null,
    ...ORCHESTRATION_DEFAULTS,
    source: null,
  };
}
