/** `ghost daemon install` and `uninstall`. */
import { existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { GhostError } from "../core/errors/ghost-error.ts";
import { type CommandResult, runBootCommand, writePlan } from "../runtime/boot/apply.ts";
import { jobName, launchdLabel, plistFolder, SYSTEM_GROUP, SYSTEM_HOME, SYSTEM_MANIFESTS, unitFolder } from "../runtime/boot/place.ts";
import { type BootCommand, launchdInstallation, launchdRemoval, systemdInstallation, systemdRemoval } from "../runtime/boot/plan.ts";
import { managerEnvironment, ownerOf, programFor, requireManager, requireRoot, systemdVersion } from "../runtime/boot/situation.ts";
import type { JobDescription } from "../runtime/boot/unit.ts";
import { ENGINE_OPTIONS } from "../runtime/daemon/launch.ts";
import { isBun } from "../runtime/system/native.ts";
import type { Context } from "./context.ts";

/** The first systemd that knows DelegateSubgroup=. */
const SUBGROUPS_SINCE = 254;

/** Writes and starts the boot unit of a home. Gives the exit code. */
export async function installDaemon(context: Context): Promise<number> {
  const { system, root, home, usualHome } = target(context);
  const manager = requireManager("install", root, context.flag("dryRun"));
  if (!context.flag("dryRun")) requireRoot(system, "install", root);
  const program = programFor(home, usualHome);
  const job: JobDescription = {
    name: jobName(home, usualHome),
    program: program.command,
    home,
    system,
    manifests: system ? SYSTEM_MANIFESTS : null,
    group: system ? SYSTEM_GROUP : null,
    environment: ENGINE_OPTIONS,
    isNative: isBun || program.command.length === 1,
    hasSubgroups: manager === "systemd" && (systemdVersion() ?? 0) >= SUBGROUPS_SINCE,
  };
  const owner = ownerOf(context.environment, root, job.group);
  const plan = manager === "systemd" ? systemdInstallation(job, owner) : launchdInstallation(job, owner);
  for (const warning of program.warnings) context.warn(warning);
  if (context.flag("dryRun")) return show(context, { ...plan, home, dryRun: true });
  writePlan(plan);
  if (root === "") await leaveToUnit(context, home);
  const results = runAll(context, plan.commands);
  tellInstalled(context, plan.unit, plan.file.path, job);
  return report(context, { installed: true, manager, unit: plan.unit, home, files: [plan.file.path], results });
}

/** Stops the unit of a home and takes it away; the home stays. Gives the exit code. */
export async function uninstallDaemon(context: Context): Promise<number> {
  const { system, root, home, usualHome } = target(context);
  const manager = requireManager("uninstall", root, context.flag("dryRun"));
  if (!context.flag("dryRun")) requireRoot(system, "uninstall", root);
  const name = jobName(home, usualHome);
  const owner = ownerOf(context.environment, root, null);
  const path =
    manager === "systemd"
      ? join(unitFolder(system, owner.userHome, root), `${name}.service`)
      : join(plistFolder(system, owner.userHome, root), `${launchdLabel(name)}.plist`);
  if (!existsSync(path))
    throw new GhostError("NOT_FOUND", `cannot uninstall: ${home} has no boot unit (there is no ${path})`, {
      hint: system
        ? "without --system it is that of your own user"
        : "--system is for the unit of the machine, --home DIR for another home",
    });
  const [before, after] = manager === "systemd" ? systemdRemoval(name, system, root) : [launchdRemoval(name, system, owner.uid), []];
  const unit = manager === "systemd" ? `${name}.service` : launchdLabel(name);
  if (context.flag("dryRun")) return show(context, { manager, unit, home, dryRun: true, removes: path, commands: [before, ...after] });
  const first = runAll(context, [before]);
  rmSync(path);
  const results = [...first, ...runAll(context, after)];
  context.say(`removed ${path}; ${home} with its definitions, logs and data stays`);
  return report(context, { installed: false, manager, unit, home, files: [path], results });
}

interface Target {
  readonly system: boolean;
  /** Empty for the system that runs. */
  readonly root: string;
  readonly home: string;
  readonly usualHome: string;
}

/** The home of the machine's daemon is its own: GHOST_HOME is a person's. */
function target(context: Context): Target {
  const system = context.flag("system");
  const { HOME } = context.environment;
  const usualHome = system ? SYSTEM_HOME : join(HOME || homedir(), ".ghost");
  const asked = context.text("home");
  const root = context.text("root");
  return {
    system,
    root: root === undefined ? "" : resolve(context.directory, root),
    home: system ? resolve(context.directory, asked ?? SYSTEM_HOME) : context.home,
    usualHome,
  };
}

/** A daemon that runs already makes room: its processes go on, and the unit's daemon adopts them. */
async function leaveToUnit(context: Context, home: string): Promise<void> {
  const { connect } = await import("../runtime/client/client.ts");
  const client = connect(home, { start: "never", version: context.version, warn: () => undefined });
  try {
    for await (const _ of client.stopDaemon(true, { expected: true }));
  } catch (error) {
    if (error instanceof GhostError && error.code === "DAEMON_UNREACHABLE") return;
    throw error;
  }
}

function runAll(context: Context, commands: readonly BootCommand[]): CommandResult[] {
  const environment = managerEnvironment(context.environment);
  return commands.map((each) => {
    const result = runBootCommand(each, environment);
    if (!result.ok) context.warn(`${each.command.join(" ")} failed: ${result.output}; by hand: ${result.remedy}`);
    return result;
  });
}

function tellInstalled(context: Context, unit: string, path: string, { home, system, manifests, group }: JobDescription): void {
  context.say(`installed ${unit} (${path}) for ${home}`);
  if (!system) return;
  context.say(`registers every *.yaml of ${manifests} when it starts; members of group ${group} use it with: ghost --home ${home} list`);
  context.say(`who is in that group can do through Ghost what root can: choose its members accordingly`);
}

function report(context: Context, outcome: object): number {
  if (context.json) context.printJson(outcome);
  return 0;
}

/** What `--dry-run` tells. */
interface Preview {
  readonly manager: string;
  readonly unit: string;
  readonly home: string;
  readonly dryRun: true;
  readonly file?: { readonly path: string; readonly text: string };
  readonly removes?: string;
  readonly commands: readonly BootCommand[];
}

/** What would be done, and nothing of it is done. */
function show(context: Context, outcome: Preview): number {
  if (context.json) {
    context.printJson(outcome);
    return 0;
  }
  if (outcome.file) context.print(`# ${outcome.file.path}`, outcome.file.text);
  for (const { command, purpose } of outcome.commands) context.print(`${command.join(" ")}    # ${purpose}`);
  if (outcome.removes !== undefined) context.print(`rm ${outcome.removes}`);
  return 0;
}
