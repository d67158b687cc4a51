import { definitionForProgram, type Program } from "../../core/config/from-program.ts";
import type { Variables } from "../../core/config/interpolate.ts";
import { nameProblem } from "../../core/config/names.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { ownScriptRuntime } from "../apps/launch.ts";
import { sdkForFile } from "../apps/sdk-for-files.ts";
import { findExecutable } from "../process/executable.ts";
import { formatProblem } from "../process/program-format.ts";
import { runSystemCommand } from "../process/system-command.ts";
import { isOnPath } from "./on-path.ts";

/** What `ghost start PROGRAM` was given. */
export interface ProgramFile {
  /** Absolute. */
  readonly file: string;
  readonly name?: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Variables;
  /** Root of the home, where this program keeps what it needs as a runtime. */
  readonly home: string;
}

/**
 * The manifest of a program that no file declares. Throws USAGE for a name that cannot be one, EXECUTABLE_NOT_FOUND when nothing here can run the
 * file, EXECUTABLE_NOT_RUNNABLE when it is to be executed and cannot be.
 */
export async function readProgram({ name, environment, home, ...rest }: ProgramFile): Promise<Program> {
  const problem = name === undefined ? null : nameProblem(name);
  if (problem !== null)
    throw new GhostError("USAGE", `cannot call the program ${name}: ${problem}`, { hint: "--name takes letters, digits, - and _" });
  const path = environment.PATH ?? "";
  let isOwn = false;
  const program = definitionForProgram({
    ...rest,
    name,
    environment,
    isOnPath: (program) => isOnPath(program, path),
    nodeVersion: () => versionOfNode(path),
    own: () => {
      const runtime = ownScriptRuntime(rest.file, home);
      isOwn = runtime !== null;
      return runtime;
    },
  });
  if (program.manifest.processes[0]?.executable === rest.file) refuseUnrunnable(rest.file);
  return isOwn ? withSdk(program, await sdkForFile(rest.file, home)) : program;
}

function withSdk({ manifest, says }: Program, variables: Readonly<Record<string, string>>): Program {
  const processes = manifest.processes.map((each) => ({ ...each, environment: { ...each.environment, ...variables } }));
  return { manifest: { ...manifest, processes }, says };
}

/** Files that are read, and not run. */
const CONFIGURATION = /\.(ya?ml|json|toml|ini|conf)$/i;

/** What cannot be executed would be registered only to fail again and again. */
function refuseUnrunnable(file: string): void {
  const isExecutable = isOnPath(file, "");
  if (isExecutable && formatProblem(file) !== "ENOEXEC") return;
  const why = isExecutable ? "it is neither a program nor a script that begins with #!" : "it is not executable";
  const by = `or name what runs it: ghost start INTERPRETER --name NAME -- ${file}`;
  const remedy = isExecutable ? `begin it with a line such as #!/bin/sh, ${by}` : `chmod +x ${file} if it is a program, ${by}`;
  throw new GhostError("EXECUTABLE_NOT_RUNNABLE", `cannot start ${file}: ${why}`, {
    hint: CONFIGURATION.test(file) ? `ghost register --start ${file} starts what a processes.yaml declares` : remedy,
  });
}

/** Node answers within 50 ms; one that does not in so many is none to rely on. */
const NODE_LIMIT_MS = 5_000;

/** Of the node in a PATH, e.g. `v22.18.0`; null where it does not say. Throws EXECUTABLE_NOT_FOUND where there is none. */
export function versionOfNode(path: string): string | null {
  const node = findExecutable("node", { path, workingDirectory: "/", fileDirectory: null });
  const { code, stdout } = runSystemCommand([node, "--version"], { environment: { PATH: path }, limitMs: NODE_LIMIT_MS });
  return code === 0 ? stdout.trim() : null;
}
