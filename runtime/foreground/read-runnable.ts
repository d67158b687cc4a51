import { basename, delimiter, dirname, relative } from "node:path";
import type { AppLaunch } from "../../core/config/app-configuration.ts";
import { APPS_PROJECT } from "../../core/config/app-project.ts";
import { watchOfApp } from "../../core/config/app-watch.ts";
import type { ProcessDefinition, WatchPolicy } from "../../core/config/definition.ts";
import type { Diagnostic } from "../../core/config/diagnostics.ts";
import { foregroundNotes } from "../../core/config/foreground-notes.ts";
import { definitionOf } from "../../core/config/from-program.ts";
import { sanitizeName } from "../../core/config/names.ts";
import { RESTART_DEFAULT } from "../../core/config/read-policies.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { hasTests, PYTHON_TEST } from "../apps/find-tests.ts";
import { bringSdkFor, launchOf, testLaunchOf } from "../apps/launch.ts";
import { readApp } from "../config/read-app-file.ts";
import type { FoundApp } from "./find-app.ts";

/** What is run in the foreground. */
export interface Runnable {
  readonly definition: ProcessDefinition;
  /** Values of secret references in the definition. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly warnings: readonly Diagnostic[];
  /** What the definition asks for and is not done here, a line each. */
  readonly notes: readonly string[];
}

/** With what it is read. */
export interface RunnableContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the command was given: the working directory of a single file. */
  readonly directory: string;
  /** Root of the home. */
  readonly home: string;
  /** Behind the arguments that the app's file names. */
  readonly args: readonly string[];
  readonly watch: boolean;
}

/** Someone who watches it wants to see the change at once; editors write within this time, in ms. */
const WATCH_DEBOUNCE_MS = 30;
const WHOLE_FOLDER: WatchPolicy = { paths: ["."], ignore: [], debounceMs: WATCH_DEBOUNCE_MS };

/** Reads the app, or makes up what a single file does not say. Throws CONFIG_INVALID and the like, and what `launchOf` throws. */
export async function readRunnable(found: FoundApp, context: RunnableContext): Promise<Runnable> {
  if (found.kind === "file") return fileRunnable(found.file, context);
  const { app, definition, secrets, warnings } = await readApp(found.directory, context);
  const lacks = await bringModules(definition, context);
  const args = [...definition.args, ...context.args];
  const watch = context.watch ? (definition.watch ?? watchOfApp(WHOLE_FOLDER, app)) : null;
  return {
    // What it writes is on a terminal, where no probe can read it.
    definition: {
      ...definition,
      args,
      environment: withCallersModules(definition.environment, context.environment),
      healthCheck: definition.healthCheck?.probe.kind === "log" ? null : definition.healthCheck,
      watch: watch && { ...watch, debounceMs: Math.min(watch.debounceMs, WATCH_DEBOUNCE_MS) },
    },
    secrets,
    warnings,
    notes: [...lacks, ...foregroundNotes(definition, { isRoot: process.getuid?.() === 0, isWatched: context.watch })],
  };
}

/** The same of the tests in an app's folder; they run once. */
export async function readTests(found: FoundApp, context: RunnableContext): Promise<Runnable> {
  if (found.kind === "file") return testOfFile(found.file, context);
  const { app, definition, ...rest } = await readApp(found.directory, context);
  const { executable, args, environment } = testLaunchOf(app, context.home, context.args);
  if (context.args.length === 0) refuseNone(app.directory, basename(executable), args);
  const lacks = await bringModules(definition, context);
  const surroundings = withCallersModules({ ...environment, ...definition.environment }, context.environment);
  const tests = { ...definition, executable, args, environment: surroundings, ...ONCE };
  return { ...rest, definition: tests, notes: lacks };
}

/** What may be imported and is not the app's own; gives why that cannot be had, which is no reason not to run what may need none. */
async function bringModules(definition: ProcessDefinition, { home }: RunnableContext): Promise<string[]> {
  return bringSdkFor(definition, home).then(
    () => [],
    (error: Error) => [`it finds no ghost-sdk in ghost: ${error.message}`],
  );
}

/** Modules are looked for where the caller says, too, and there first. */
function withCallersModules<Environment extends ProcessDefinition["environment"]>(
  environment: Environment,
  caller: RunnableContext["environment"],
): Environment {
  const joined = ["NODE_PATH", "PYTHONPATH"].flatMap((key) => {
    const own = environment[key];
    return caller[key] && typeof own === "string" ? [[key, [caller[key], own].join(delimiter)]] : [];
  });
  return joined.length === 0 ? environment : { ...environment, ...Object.fromEntries(joined) };
}

/** Bun's own words on that lead to Bun's pages, and Python says that all is well. */
function refuseNone(directory: string, program: string, [first]: readonly string[]): void {
  const isPython = program === "python3";
  if (!isPython && (program === "deno" || first !== "test")) return;
  if (isPython ? hasTests(directory, PYTHON_TEST) : hasTests(directory)) return;
  const [file, template] = isPython ? ["test_app.py", "python"] : ["app.test.ts", "service"];
  throw new GhostError("NOT_FOUND", `cannot test ${directory}: there are no tests in it`, {
    hint: `a test is a file such as ${file}; ghost create --template ${template} shows what one looks like`,
  });
}

/** A run that is over when it is over. */
const ONCE = { type: "oneshot", restart: { ...RESTART_DEFAULT, policy: "never" }, watch: null, healthCheck: null, dependsOn: [] } as const;

async function fileRunnable(file: string, context: RunnableContext): Promise<Runnable> {
  const { directory, home, args, watch } = context;
  const launch = launchOf({ directory: dirname(file), entry: file, runtime: "auto", args }, home);
  return single(
    file,
    directory,
    await withSdk(launch, context),
    watch ? { paths: [relative(directory, dirname(file)) || "."], ignore: [], debounceMs: WATCH_DEBOUNCE_MS } : null,
  );
}

async function testOfFile(file: string, context: RunnableContext): Promise<Runnable> {
  const { directory, home, args } = context;
  const launch = testLaunchOf({ directory: dirname(file), entry: file, runtime: "auto", args: [] }, home, [file, ...args]);
  // Python's tests import what lies beside them by their working directory.
  const where = launch.executable === "python3" ? dirname(file) : directory;
  return single(file, where, await withSdk(launch, context), null);
}

/** What this program itself runs, or Python, finds the SDK although it is no app's. */
async function withSdk(launch: AppLaunch, { home, environment }: RunnableContext): Promise<AppLaunch> {
  await bringSdkFor({ environment: launch.environment, user: null }, home);
  return { ...launch, environment: withCallersModules(launch.environment, environment) };
}

function single(file: string, directory: string, launch: AppLaunch, watch: WatchPolicy | null): Runnable {
  const name = sanitizeName(basename(file).replace(/(.)\.[^.]*$/, "$1"), "program");
  const definition = definitionOf(name, APPS_PROJECT, directory, [launch.executable, ...launch.args]);
  return {
    definition: { ...definition, ...ONCE, environment: launch.environment, watch },
    secrets: {},
    warnings: [],
    notes: [],
  };
}
