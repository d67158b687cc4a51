import type { Exit } from "../../core/lifecycle/state.ts";
import { findHome, prepareHome } from "../../runtime/daemon/home.ts";
import { surroundingsOf } from "../../runtime/foreground/environment.ts";
import { findApp } from "../../runtime/foreground/find-app.ts";
import { type Runnable, readRunnable, readTests } from "../../runtime/foreground/read-runnable.ts";
import { type ForegroundChange, ForegroundRun } from "../../runtime/foreground/run.ts";
import type { Context } from "../context.ts";
import { passSignals } from "./pass-signals.ts";

/** What is to be run in the foreground. */
export interface ForegroundOptions {
  readonly purpose: "run" | "test";
  readonly args: readonly string[];
  readonly watch: boolean;
  readonly isolated: boolean;
}

/** Runs an app, or its tests, on this terminal and gives how that ended. Throws whatever keeps it from being run at all. */
export async function runForeground(context: Context, options: ForegroundOptions): Promise<Exit> {
  const home = findHome(context.home);
  prepareHome(home);
  const runnable = await read(context, home.root, options);
  const run = new ForegroundRun({
    key: `${runnable.definition.project}/${runnable.definition.name}`,
    definition: runnable.definition,
    home,
    surroundingsFor: (token) => surroundingsOf(runnable, home, context.environment, token),
    checked: false,
    outlives: options.watch,
    onChange: (change) => tell(context, runnable, change),
  });
  passSignals(run);
  run.start(`ghost ${context.verb}`);
  return run.ended;
}

function read(context: Context, home: string, { purpose, args, watch }: ForegroundOptions): Promise<Runnable> {
  const { directory, environment, names } = context;
  const found = findApp(names[0], { directory, home });
  return (purpose === "run" ? readRunnable : readTests)(found, { directory, environment, home, args, watch });
}

/** On standard error, between what the app writes: that it is started again, and why. */
function tell(context: Context, { definition }: Runnable, { from, to, cause }: ForegroundChange): void {
  if (cause === null || from === to || !TOLD.has(cause.kind)) return;
  if (to === "starting" || to === "backoff" || to === "stopping") context.say(`ghost: ${definition.name} ${cause.text}`);
}

const TOLD = new Set(["exit", "oom-killed", "file-changed", "restarted"]);
