import { definitionForProgram, type Program } from "../../core/config/from-program.ts";
import type { Variables } from "../../core/config/interpolate.ts";
import { nameProblem } from "../../core/config/names.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isOnPath } from "./on-path.ts";

/** What `ghost start PROGRAM` was given. */
export interface ProgramFile {
  /** Absolute. */
  readonly file: string;
  readonly name?: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Variables;
}

/** The manifest of a program that no file declares. Throws USAGE for a name that cannot be one. */
export function readProgram({ name, environment, ...rest }: ProgramFile): Program {
  const problem = name === undefined ? null : nameProblem(name);
  if (problem !== null)
    throw new GhostError("USAGE", `cannot call the program ${name}: ${problem}`, { hint: "--name takes letters, digits, - and _" });
  return definitionForProgram({ ...rest, name, environment, isOnPath: (program) => isOnPath(program, environment.PATH ?? "") });
}
