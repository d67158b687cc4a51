/**
 * This very program as a runtime of apps. A compiled Bun program is Bun when BUN_BE_BUN is set; an app must not pass that on, or `ghost` called
 * from it would be Bun, too, and it must find the runtime where programs look for it (`process.execPath`: `fork()`, workers, test runners).
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { PRELOAD } from "../process/app-preload.ts";

/** Below the home, for the user of the home alone: beside the binary that `install.sh` puts there. */
export const OWN_PLACE = { path: ["bin", "runtime"], mode: 0o700 } as const;
/** Below a folder that other users may pass. Bun looks into the folder of what it loads. */
export const OPEN_PLACE = { path: ["runtime"], mode: 0o755 } as const;

/** Asks Bun for nothing that the caller did not: no .env (Ghost's `env_file` is for that), nothing fetched from a registry. */
const SANE_FLAGS = ["--no-env-file", "--no-install"] as const;

/** Why the runtime finds nothing there: it takes what stands behind a question mark for a query, and a backslash for a slash. */
export const UNLOADABLE = "the runtime in Ghost loads nothing from a path with ? or \\";

/** Whether the runtime in this binary can load a file; `UNLOADABLE` says why not. */
export function isLoadable(path: string): boolean {
  return !/[?\\]/.test(path);
}

/** How an entry is run by this binary. */
export interface OwnRuntime {
  /** Stand between Bun's own word (`run`, `test`) and the entry. */
  readonly flags: readonly string[];
  /** Of the app's start. */
  readonly environment: Readonly<Record<string, string>>;
  /** A program that behaves as Bun, whatever is in its environment. */
  readonly program: string;
}

/**
 * Has the two small files in place that the runtime needs (`HOME/bin/runtime`, or where else `place` is in `home`), for the binary at `executable`. Costs two
 * reads where they are there. Throws HOME_UNUSABLE where they are not and cannot be written, or where nothing can be loaded from.
 */
export function ownRuntime(home: string, executable: string, place: typeof OWN_PLACE | typeof OPEN_PLACE = OWN_PLACE): OwnRuntime {
  const folder = join(home, ...place.path);
  const preload = join(folder, "preload.mjs");
  const program = join(folder, "bun");
  if (!isLoadable(preload))
    throw new GhostError("HOME_UNUSABLE", `cannot run an app with what is in ${folder}: ${UNLOADABLE}`, {
      hint: "choose a home without one with --home DIR or GHOST_HOME, or write `runtime: node` in .ghost.yaml",
    });
  try {
    if (mkdirSync(folder, { recursive: true, mode: place.mode }) !== undefined) chmodSync(folder, place.mode);
    keep(preload, PRELOAD, 0o644);
    keep(program, `#!/bin/sh\nBUN_BE_BUN=1 exec ${quote(executable)} "$@"\n`, 0o755);
  } catch (error) {
    throw new GhostError("HOME_UNUSABLE", `cannot write the runtime of apps to ${folder}: ${(error as Error).message}`, {
      hint: "let this user write to the home, or choose another one with --home DIR or GHOST_HOME",
    });
  }
  return { flags: [...SANE_FLAGS, "--preload", preload], environment: { BUN_BE_BUN: "1" }, program };
}

/** Writes a file unless it holds this text already; nobody ever sees half of it. */
function keep(path: string, text: string, mode: number): void {
  if (textOf(path) === text) return;
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, text, { mode });
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
