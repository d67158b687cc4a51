import type { Variables } from "../config/interpolate.ts";
import { directoryOf, resolvePath } from "../config/posix-path.ts";

/** A file of another tool. */
export interface ForeignFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** What running the file gave (a JavaScript ecosystem file); else undefined, and the text is read. */
  readonly value?: unknown;
}

/** What a conversion may know of its surroundings. */
export interface Surroundings {
  /** Absolute folder in which the written file will lie: its relative paths start there. */
  readonly target: string;
  /** Of whoever imports: tells which variables of a dump every shell has. */
  readonly environment: Variables;
  /** The variables of the `.env` beside a compose file or a Procfile; empty where there is none. */
  readonly dotenv: Variables;
  /** Whether a file of this absolute path is there. */
  readonly isFile: (path: string) => boolean;
}

/** A path of `file` as the written file says it: relative below the target's folder, else absolute. `~/…` stays. */
export function placePath(path: string, file: ForeignFile, { target }: Surroundings): string {
  if (path === "~" || path.startsWith("~/")) return path;
  const absolute = resolvePath(directoryOf(file.path), path);
  if (absolute === target) return ".";
  const below = target === "/" ? "/" : `${target}/`;
  return absolute.startsWith(below) ? `./${absolute.slice(below.length)}` : absolute;
}

/** The working directory to be written for a process that runs in `directory` of `file` (default: the file's own folder); undefined where it is the target's. */
export function placeDirectory(directory: string | undefined, file: ForeignFile, surroundings: Surroundings): string | undefined {
  const path = placePath(directory ?? directoryOf(file.path), file, surroundings);
  return path === "." ? undefined : path;
}
