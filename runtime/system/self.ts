import { realpathSync } from "node:fs";

/**
 * How this very program is started again: the compiled binary by its path, `dist/ghost.js` through its runtime. The path
 * is that of the start, so that a binary that was replaced meanwhile is the one that comes next.
 */
export function selfCommand(): readonly string[] {
  return isSingleFile() ? [process.execPath] : [process.execPath, ...runtimeFlags(), scriptPath()];
}

/** True in a compiled binary (Bun) or a single executable application (Node). */
export function isSingleFile(): boolean {
  const script = process.argv[1] ?? "";
  // Bun mounts what it compiled in below /$bunfs; Node's SEA repeats the executable as the script.
  return script.startsWith("/$bunfs/") || script === process.execPath || script === "";
}

function scriptPath(): string {
  return realpathSync(process.argv[1] ?? "");
}

/** Deno asks for permissions unless told otherwise. */
function runtimeFlags(): string[] {
  return "Deno" in globalThis ? ["run", "--allow-all"] : [];
}
