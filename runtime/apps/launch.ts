import { join } from "node:path";
import type { AppConfiguration, AppLaunch, AppRuntime } from "../../core/config/app-configuration.ts";
import { isBun } from "../system/native.ts";
import { isSingleFile } from "../system/self.ts";

/** An app whose entry is known. */
export interface LaunchableApp extends Pick<AppConfiguration, "directory" | "runtime" | "args"> {
  /** Relative to the folder. */
  readonly entry: string;
}

/** How an app is run: the program, its arguments, and the variables that the runtime needs. */
export function launchOf(app: LaunchableApp): AppLaunch {
  const entry = join(app.directory, app.entry);
  const { executable, before, environment } = LAUNCHES[resolveRuntime(app)]();
  return executable === null
    ? { executable: entry, args: app.args, environment }
    : { executable, args: [...before, entry, ...app.args], environment };
}

interface Runner {
  /** Null: the entry itself is executed. */
  readonly executable: string | null;
  readonly before: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const LAUNCHES: Readonly<Record<Exclude<AppRuntime, "auto">, () => Runner>> = {
  ghost: ownRuntime,
  node: () => ({ executable: "node", before: [], environment: {} }),
  bun: () => ({ executable: "bun", before: ["run"], environment: {} }),
  deno: () => ({ executable: "deno", before: ["run", "-A"], environment: {} }),
  python: () => ({ executable: "python3", before: [], environment: {} }),
  exec: () => ({ executable: null, before: [], environment: {} }),
};

/** A compiled program of Bun is Bun when it is told to be; else the runtime that runs this program. */
function ownRuntime(): Runner {
  const isCompiled = isBun && isSingleFile();
  return { executable: process.execPath, before: isBun ? ["run"] : [], environment: isCompiled ? { BUN_BE_BUN: "1" } : {} };
}

function resolveRuntime({ runtime, entry }: LaunchableApp): Exclude<AppRuntime, "auto"> {
  if (runtime !== "auto") return runtime;
  if (/\.([cm]?[jt]s|[jt]sx)$/i.test(entry)) return "ghost";
  return /\.py$/i.test(entry) ? "python" : "exec";
}
