import type { ProcessDefinition } from "../../core/config/definition.ts";
import { formatDiagnostic } from "../../core/config/diagnostics.ts";
import type { Exit } from "../../core/lifecycle/state.ts";
import { connect } from "../../runtime/client/client.ts";
import { findHome, prepareHome } from "../../runtime/daemon/home.ts";
import { Announcement } from "../../runtime/foreground/announcement.ts";
import { surroundingsOf } from "../../runtime/foreground/environment.ts";
import { type FoundApp, findApp } from "../../runtime/foreground/find-app.ts";
import { watchOutput } from "../../runtime/foreground/output-watch.ts";
import { type Runnable, readRunnable, readTests } from "../../runtime/foreground/read-runnable.ts";
import { type ForegroundChange, ForegroundRun } from "../../runtime/foreground/run.ts";
import type { Context } from "../context.ts";
import { OutputClosed } from "../output/stream.ts";
import { isTerminal } from "../output/terminal.ts";
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
  if (!options.isolated) return runIn(context, context.home, options);
  const { makePrivateHome } = await import("../../runtime/ci/private-home.ts");
  const { endStrays } = await import("../../runtime/process/strays.ts");
  const home = await makePrivateHome({ daemon: options.purpose === "run" });
  try {
    return await runIn(context, home.root, options);
  } finally {
    const left = await endStrays(home.root, home.daemonPid());
    for (const { pid, command } of left) context.warn(`ended what was left running: ${command} (pid ${pid})`);
    await home.end();
  }
}

async function runIn(context: Context, root: string, options: ForegroundOptions): Promise<Exit> {
  const home = findHome(root);
  prepareHome(home);
  const found = findApp(context.names[0], { directory: context.directory, home: context.home, verb: options.purpose });
  const runnable = await read(context, home.root, found, options);
  const { definition } = runnable;
  let current = runnable;
  let causesTold: Promise<void> | null = null;
  const run: ForegroundRun = new ForegroundRun({
    key: `${definition.project}/${definition.name}`,
    definition,
    home,
    surroundingsFor: () => surroundingsOf(current, home, context.environment),
    checked: definition.healthCheck !== null,
    outlives: options.watch,
    unattended: options.isolated && !isTerminal(0),
    onChange(change) {
      announcement.changed(change);
      tell(context, run.definition, change);
      if (change.cause?.kind === "exit" && change.to !== "exited") causesTold ??= tellLikelyCauses(context, current);
    },
  });
  const announcement = announcementOf(context, root, options.purpose, run);
  passSignals(run);
  let closed = false;
  const looking = watchOutput(() => {
    closed = true;
    tellGone(context, definition.name);
    run.endGently("SIGPIPE");
  });
  for (const warning of runnable.warnings) context.warn(formatDiagnostic(warning));
  for (const note of runnable.notes) context.warn(note);
  run.start(`ghost ${context.verb} (pid ${process.pid})`);
  void announcement.begin();
  if (options.purpose === "run" && context.interactive)
    void import("./old-sdk.ts").then(({ tellOldSdk }) => tellOldSdk(context, definition.workingDirectory));
  try {
    if (options.watch) {
      const { watchApp } = await import("./watch-app.ts");
      const take = (next: Runnable): void => {
        current = next;
        run.take(next.definition);
      };
      await watchApp(context, { run, read: () => read(context, home.root, found, options), take });
    }
    const exit = await run.ended;
    return closed ? { ...exit, code: null, signal: "SIGPIPE" } : exit;
  } finally {
    looking();
    await causesTold;
    await announcement.end();
  }
}

/** What was found stays what is run: while its file is away, its name may mean something else. */
function read(context: Context, home: string, found: FoundApp, { purpose, args, watch }: ForegroundOptions): Promise<Runnable> {
  const { directory, environment } = context;
  return (purpose === "run" ? readRunnable : readTests)(found, { directory, environment, home, args, watch });
}

/** Made when the first word of the program is on its way. */
function announcementOf(context: Context, root: string, purpose: ForegroundOptions["purpose"], run: ForegroundRun): Announcement {
  const { warn } = context;
  const say = (text: string): void => context.say(`ghost: ${run.definition.name} ${text}`);
  const by = `ghost ${context.verb} (pid ${process.pid})`;
  const client = (start: "always" | "never") => connect(root, { start, version: context.version, warn: () => undefined });
  // Tests need neither daemon nor hub; one that is there knows of them.
  return new Announcement(run, { first: client(purpose === "test" ? "never" : "always"), later: client("never"), by, purpose, say, warn });
}

/** On standard error, between what the app writes: that it is started again, and why. */
function tell(context: Context, definition: ProcessDefinition, { from, to, cause, last }: ForegroundChange): void {
  const { name, watch } = definition;
  if (cause === null) return;
  if (cause.kind.startsWith("watch-")) return context.warn(cause.text);
  if (cause.kind === "insisted") return context.say(`ghost: ${name} ${cause.text}`);
  if (cause.kind === "health" && to === "stopping") return context.say(`ghost: ${name} is ${cause.text}; ${afterHealth(definition)}`);
  // One that was not ready yet is starting before and after it.
  if (from === to && cause.kind !== "exit") return;
  // What follows a stop was told when it began, but that it is the end.
  if ((from === "stopping" && cause.kind !== "budget-spent") || !TOLD.has(cause.kind)) return;
  if (to === "exited" || to === "failed") {
    if (cause.kind === "budget-spent") context.say(`ghost: ${name} ${cause.text}`);
    else if (watch !== null && !last) context.say(`ghost: ${name} ${cause.text}; waits for a change`);
  } else context.say(`ghost: ${name}${cause.kind === "file-changed" ? `: ${cause.text}; restarts` : ` ${cause.text}`}`);
}

/** What follows once its health check has it ended. */
function afterHealth({ watch, restart }: ProcessDefinition): string {
  if (watch !== null) return "is ended, and waits for a change";
  return restart.policy === "never" ? "is ended" : "restarts";
}

const TOLD = new Set(["exit", "oom-killed", "budget-spent", "file-changed", "restart", "spawn-failed"]);

/** Once: a program does not always say why it fell, and never who has its port. */
async function tellLikelyCauses(context: Context, { definition }: Runnable): Promise<void> {
  const { likelyCauses } = await import("../../runtime/foreground/likely-causes.ts");
  for (const sentence of likelyCauses(definition, context.environment.PATH ?? "")) context.say(`ghost: ${definition.name}: ${sentence}`);
}

function tellGone(context: Context, name: string): void {
  try {
    context.say(`ghost: ${name} is ended, for nobody reads its output any more`);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
