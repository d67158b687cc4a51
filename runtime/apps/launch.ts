import { resolve } from "node:path";
import type { AppConfiguration, AppLaunch, AppRuntime } from "../../core/config/app-configuration.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { type ScriptRuntime, stripsTypes } from "../../core/config/script-runtime.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isBun } from "../system/native.ts";
import { isSingleFile } from "../system/self.ts";
import { isLoadable, OPEN_PLACE, type OwnRuntime, ownRuntime, UNLOADABLE } from "./own-runtime.ts";
import { UNITTEST } from "./python-tests.ts";
import { bringSdk, pythonSdkForApp, sdkForApp, testPreloadFor } from "./sdk-for-files.ts";
import { prepareUsersFolder, usersFolder } from "./users-folder.ts";

/** An app whose entry is known. */
export interface LaunchableApp extends Pick<AppConfiguration, "directory" | "runtime" | "args"> {
  /** Relative to the folder, or absolute. */
  readonly entry: string;
  /** As whom it runs; absent, or null: as the daemon's user. */
  readonly process?: Pick<AppConfiguration["process"], "user">;
}

/**
 * How an app is run: the program, its arguments, and the variables that the runtime needs. `home` is where this program keeps what it needs as a
 * runtime. Throws HOME_UNUSABLE, and UNSUPPORTED where Ghost itself runs under a Node that knows no TypeScript.
 */
export function launchOf(app: LaunchableApp, home: string): AppLaunch {
  const entry = resolve(app.directory, app.entry);
  const runner = runnerOf(app, home);
  return runner === null
    ? { executable: entry, args: app.args, environment: {} }
    : { executable: runner.executable, args: [...runner.run, entry, ...app.args], environment: withSdk(runner.environment, app, home) };
}

/** This very program as the runtime of a file: null where it is none for it. `home` as for `launchOf`. Throws HOME_UNUSABLE. */
export function ownScriptRuntime(file: string, home: string): ScriptRuntime | null {
  try {
    const { executable, run, environment } = own({ directory: "/", entry: file, runtime: "ghost", args: [] }, home);
    return { name: "ghost itself", words: [executable, ...run], environment };
  } catch (error) {
    if (error instanceof GhostError && error.code === "UNSUPPORTED") return null;
    throw error;
  }
}

/** How the tests in an app's folder are run. `args` go to the test runner. Throws as `launchOf` does, and UNSUPPORTED for programs, which have no test runner. */
export function testLaunchOf(app: LaunchableApp, home: string, args: readonly string[]): AppLaunch {
  const runner = runnerOf(app, home);
  if (runner === null)
    throw new GhostError("UNSUPPORTED", `cannot test ${app.entry}: Ghost knows no test runner for it`, {
      hint: "write `runtime: ghost`, node, bun, deno or python in .ghost.yaml, or run its tests by its own tool",
    });
  const environment = withSdk(runner.environment, app, home);
  const preload = testPreloadFor(environment);
  const first = preload === null ? [] : ["--preload", preload];
  return { executable: runner.executable, args: [...runner.test, ...first, ...args], environment };
}

/** What this program itself runs, or Python, finds the SDK, whether or not the app has a copy. */
function withSdk(environment: Readonly<Record<string, string>>, app: LaunchableApp, home: string): Readonly<Record<string, string>> {
  const runtime = resolveRuntime(app);
  if (runtime !== "ghost" && runtime !== "python") return environment;
  const isOpen = isForUsers(app);
  const sdkFor = runtime === "python" ? pythonSdkForApp : sdkForApp;
  return { ...environment, ...sdkFor(resolve(app.directory, app.entry), isOpen ? usersFolder(home) : home, isOpen) };
}

/** Has the SDK in place for a process that `launchOf` tells of. To be called before each start. Throws HOME_UNUSABLE. */
export async function bringSdkFor({ environment, user }: Pick<ProcessDefinition, "environment" | "user">, home: string): Promise<void> {
  const isOpen = isForUsers({ process: { user } });
  if (needsSdk(environment)) await bringSdk(environment, isOpen ? prepareUsersFolder(home) : home, isOpen);
}

/** Whether there is anything for `bringSdkFor` to do, at a glance. */
export function needsSdk({ NODE_PATH, PYTHONPATH }: ProcessDefinition["environment"]): boolean {
  return NODE_PATH !== undefined || PYTHONPATH !== undefined;
}

/** The home is closed to whom it runs as. */
function isForUsers({ process: managed }: Pick<LaunchableApp, "process">): boolean {
  return (managed?.user ?? null) !== null && process.getuid?.() === 0;
}

interface Runner {
  readonly executable: string;
  /** Stand before the entry. */
  readonly run: readonly string[];
  /** Run all tests of the working directory. */
  readonly test: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Null: the entry itself is executed. */
function runnerOf(app: LaunchableApp, home: string): Runner | null {
  const runtime = resolveRuntime(app);
  switch (runtime) {
    case "ghost":
      return own(app, home);
    case "node":
      return plain("node", [], ["--test"]);
    case "bun":
      return plain("bun", ["run"], ["test"]);
    case "deno":
      return plain("deno", ["run", "-A"], ["test", "-A"]);
    case "python":
      return plain("python3", [], ["-c", UNITTEST]);
    case "exec":
      return null;
    default:
      return runtime satisfies never;
  }
}

function plain(executable: string, run: readonly string[], test: readonly string[]): Runner {
  return { executable, run, test, environment: {} };
}

/** A compiled program of Bun is Bun when it is told to be; else the runtime that runs this program. */
function own({ directory, entry, process: managed }: LaunchableApp, home: string): Runner {
  const executable = process.execPath;
  if (isBun && isSingleFile()) {
    const path = resolve(directory, entry);
    if (!isLoadable(path))
      throw new GhostError("UNSUPPORTED", `cannot run ${path}: ${UNLOADABLE}`, {
        hint: "rename it, or write `runtime: node` (or another) in .ghost.yaml",
      });
    const { flags, environment } = (managed?.user ?? null) === null ? ownRuntime(home, executable) : runtimeForUsers(home);
    return { executable, run: ["run", ...flags], test: ["test", ...flags], environment };
  }
  if (isBun) return plain(executable, ["run"], ["test"]);
  if ("Deno" in globalThis) return plain(executable, ["run", "-A"], ["test", "-A"]);
  if (/\.[cm]?tsx?$/i.test(entry) && !stripsTypes(process.version))
    throw new GhostError(
      "UNSUPPORTED",
      `cannot run ${entry}: Ghost itself runs under Node ${process.version} here, which knows no TypeScript`,
      {
        hint: "install Ghost's binary, which brings a runtime along, or Node.js 22.18 or newer; or name another `runtime` in .ghost.yaml",
      },
    );
  return plain(isSingleFile() ? "node" : executable, [], ["--test"]);
}

/** The runtime where users can reach it to whom the home is closed, if only root's daemon can run anything as another user. To be called before each start of their apps, too. */
export function runtimeForUsers(home: string): OwnRuntime {
  const executable = process.execPath;
  return process.getuid?.() === 0 ? ownRuntime(prepareUsersFolder(home), executable, OPEN_PLACE) : ownRuntime(home, executable);
}

/** Who runs an entry that does not say it, by its ending. */
export function resolveRuntime({ runtime, entry }: Pick<LaunchableApp, "runtime" | "entry">): Exclude<AppRuntime, "auto"> {
  if (runtime !== "auto") return runtime;
  if (/\.([cm]?[jt]s|[jt]sx)$/i.test(entry)) return "ghost";
  return /\.py$/i.test(entry) ? "python" : "exec";
}
