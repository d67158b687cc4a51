/** Where boot units lie, and what they are called. */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** The home of a system-wide daemon. */
export const SYSTEM_HOME = "/var/lib/ghost";
/** The manifests of a system-wide daemon. */
export const SYSTEM_MANIFESTS = "/etc/ghost";
/** The group whose members may use a system-wide daemon. */
export const SYSTEM_GROUP = "ghost";

/** Hexadecimal digits of a home's hash in a unit's name: enough to tell a person's homes apart. */
const HASH_DIGITS = 8;

/** `ghost` for the usual home, `ghost-<hash>` for any other, so that each home has a unit of its own. */
export function jobName(home: string, usualHome: string): string {
  if (home === usualHome) return "ghost";
  return `ghost-${createHash("sha256").update(home).digest("hex").slice(0, HASH_DIGITS)}`;
}

/** The folder of systemd units. `root` is put before that of the system. */
export function unitFolder(system: boolean, userHome: string, root: string): string {
  return system ? join(root, "/etc/systemd/system") : join(userHome, ".config/systemd/user");
}

/** The folder of launchd's property lists. */
export function plistFolder(system: boolean, userHome: string, root: string): string {
  return system ? join(root, "/Library/LaunchDaemons") : join(userHome, "Library/LaunchAgents");
}

/** launchd's name of a job, in reverse domain order as launchd.plist(5) asks for. */
export function launchdLabel(name: string): string {
  return `sh.ghost.${name}`;
}
