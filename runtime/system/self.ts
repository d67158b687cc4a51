import { realpathSync } from "node:fs";
import { isBun } from "./native.ts";

/**
 * How this very program is started again: the compiled binary by its path, `dist/ghost.js` through its runtime. The path
 * is that of the start, so that a binary that was replaced meanwhile is the one that comes next.
 */
export function selfCommand(): readonly string[] {
  return isSingleFile() ? [process.execPath] : [process.execPath, ...runtimeFlags(), scriptPath()];
}

/** True in a compiled binary (Bun) or a single executable application (Node). */
export function isSingleFile(): boolean {
  // Bun mounts what it compiled in below /$bunfs. In Node's SEA the script is the executable, in whatever words it was called by.
  return (process.argv[1] ?? "").startsWith("/$bunfs/") || isSea();
}

function isSea(): boolean {
  if (isBun || "Deno" in globalThis) return false;
  const sea = process.getBuiltinModule?.("node:sea") as { isSea(): boolean } | undefined;
  return sea?.isSea() ?? false;
}

function scriptPath(): string {
  return realpathSync(process.argv[1] ?? "");
}

/** Deno asks for permissions unless told otherwise. */
function runtimeFlags(): string[] {
  return "Deno" in globalThis ? ["run", "--allow-all"] : [];
}
