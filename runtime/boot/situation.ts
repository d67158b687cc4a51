/** What this machine and whoever runs us mean for a boot unit. */
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { findAccount, findGroup } from "../process/accounts.ts";
import { runSystemCommand } from "../process/system-command.ts";
import { isSingleFile, selfCommand } from "../system/self.ts";
import type { BootOwner } from "./plan.ts";
import { type StableProgram, stableProgram } from "./program.ts";

/** sd_booted(3): this folder is there exactly where systemd is the init. */
const SYSTEMD_SIGN = "/run/systemd/system";

/** Throws UNSUPPORTED where no known service manager runs, unless it is all for an image (`root`) or only looked at. */
export function requireManager(verb: "install" | "uninstall", root: string, dryRun: boolean): "systemd" | "launchd" {
  if (process.platform === "darwin") return "launchd";
  if (process.platform === "linux" && (dryRun || root !== "" || existsSync(SYSTEMD_SIGN))) return "systemd";
  if (verb === "uninstall")
    throw new GhostError("UNSUPPORTED", "cannot uninstall a boot unit: this system does not run systemd, so that there is none", {
      hint: "ghost daemon stop ends the daemon; --root DIR takes away the unit of an image",
    });
  throw new GhostError("UNSUPPORTED", "cannot install a boot unit: this system does not run systemd", {
    hint: "in a container make `ghost daemon --foreground` its command; under another init let its service run that, with SIGTERM for an ordered stop",
  });
}

/** Throws PERMISSION_DENIED for what is the machine's when we are not root. */
export function requireRoot(system: boolean, verb: "install" | "uninstall", root: string): void {
  if (!system || root !== "" || process.getuid?.() === 0) return;
  throw new GhostError("PERMISSION_DENIED", `cannot ${verb} a unit of the system: that is for root`, {
    hint: `sudo ghost daemon ${verb} --system, or without --system for your own user`,
  });
}

/** Who it is for. `group` is that of the job; null: none. */
export function ownerOf(environment: Readonly<Record<string, string | undefined>>, root: string, group: string | null): BootOwner {
  const uid = process.getuid?.() ?? 0;
  return {
    userName: userNameOf(uid),
    uid,
    userHome: environment.HOME || homedir(),
    root,
    makesGroup: group !== null && (root !== "" || !hasGroup(group)),
  };
}

/** The name of whoever runs us. Bun's `userInfo` takes it from USER, which cron and containers do not set; an id is as good for the commands. */
function userNameOf(uid: number): string {
  try {
    return findAccount(String(uid)).name;
  } catch {
    return String(uid);
  }
}

function hasGroup(group: string): boolean {
  try {
    return findGroup(group) >= 0;
  } catch {
    return false;
  }
}

/** The program to bake in. Throws UNSUPPORTED, see `stableProgram`. */
export function programFor(home: string, usualHome: string): StableProgram {
  const installed = [...new Set([home, usualHome])].map((folder) => join(folder, "bin", "ghost"));
  return stableProgram({ self: selfCommand(), isSingleFile: isSingleFile(), installed, resolve: resolveProgram });
}

function resolveProgram(path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? realpathSync(path) : null;
  } catch {
    return null;
  }
}

/** systemd's version, from its first word of itself (`systemd 252 (…)`); null where it cannot be learnt. */
export function systemdVersion(): number | null {
  const { stdout } = runSystemCommand(["systemctl", "--version"]);
  const match = /^systemd (\d+)/.exec(stdout);
  return match ? Number(match[1]) : null;
}

/** What `systemctl --user` needs to find its manager, where the login did not set it: `su` and `ssh` with a command do not. */
export function managerEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const runtimeFolder = `/run/user/${process.getuid?.() ?? 0}`;
  if (environment.XDG_RUNTIME_DIR || !existsSync(runtimeFolder)) return { ...environment };
  return { ...environment, XDG_RUNTIME_DIR: runtimeFolder };
}
