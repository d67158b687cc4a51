/** What installing and uninstalling a boot unit comes to, as data: so `--dry-run` shows exactly what would be done. */
import { join } from "node:path";
import { launchdLabel, plistFolder, SYSTEM_MANIFESTS, unitFolder } from "./place.ts";
import { launchdPlist } from "./plist.ts";
import { type JobDescription, systemdUnit } from "./unit.ts";

/** A command that is run, and what it is for. */
export interface BootCommand {
  readonly command: readonly string[];
  readonly purpose: string;
  /** What to do when it fails and the rest is worth having without it; absent where its failure is that of the whole. */
  readonly otherwise?: string;
}

/** Files first, then commands, in order. */
export interface BootPlan {
  readonly manager: "systemd" | "launchd";
  /** The unit's file name, or the job's label. */
  readonly unit: string;
  /** Folders that are made where they are missing. */
  readonly folders: readonly { readonly path: string; readonly mode: number }[];
  readonly file: { readonly path: string; readonly text: string };
  readonly commands: readonly BootCommand[];
}

/** Whom it is for. */
export interface BootOwner {
  readonly userName: string;
  readonly userHome: string;
  readonly uid: number;
  /** Puts everything below this folder, as for an image that will be booted later; empty for the system that runs. */
  readonly root: string;
  /** True when the group of the job has to be made. */
  readonly makesGroup: boolean;
}

/** How the unit of `job` is installed under systemd. */
export function systemdInstallation(job: JobDescription, owner: BootOwner): BootPlan {
  const unit = `${job.name}.service`;
  const scope = systemctl(job.system, owner.root);
  const live: readonly BootCommand[] =
    owner.root === ""
      ? [
          { command: [...scope, "daemon-reload"], purpose: "systemd reads the unit" },
          { command: [...scope, "enable", unit], purpose: "started at boot" },
          { command: [...scope, "restart", unit], purpose: "started now; what runs already is adopted" },
        ]
      : [{ command: [...scope, "enable", unit], purpose: "started at boot" }];
  return {
    manager: "systemd",
    unit,
    folders: systemFolders(job, owner),
    file: { path: join(unitFolder(job.system, owner.userHome, owner.root), unit), text: systemdUnit(job) },
    commands: [...groupCommands(job, owner), ...live, ...(job.system ? [] : [lingerCommand(owner)])],
  };
}

/** How the unit at `path` is taken away again. The daemon ends its processes in order. */
export function systemdRemoval(name: string, system: boolean, root: string): readonly [before: BootCommand, after: BootCommand[]] {
  const scope = systemctl(system, root);
  const unit = `${name}.service`;
  if (root !== "") return [{ command: [...scope, "disable", unit], purpose: "no longer started at boot" }, []];
  return [
    { command: [...scope, "disable", "--now", unit], purpose: "its processes end in order; no longer started at boot" },
    [{ command: [...scope, "daemon-reload"], purpose: "systemd forgets the unit" }],
  ];
}

/** How the job is installed under launchd. */
export function launchdInstallation(job: JobDescription, owner: BootOwner): BootPlan {
  const label = launchdLabel(job.name);
  const path = join(plistFolder(job.system, owner.userHome, owner.root), `${label}.plist`);
  const domain = launchdDomain(job.system, owner.uid);
  const live: readonly BootCommand[] =
    owner.root === "" ? [{ command: ["launchctl", "bootstrap", domain, path], purpose: "started now and at each login or boot" }] : [];
  return {
    manager: "launchd",
    unit: label,
    folders: systemFolders(job, owner),
    file: { path, text: launchdPlist(job, label) },
    commands: [...groupCommands(job, owner), ...live],
  };
}

/** How the job is taken away from launchd. */
export function launchdRemoval(name: string, system: boolean, uid: number): BootCommand {
  return {
    command: ["launchctl", "bootout", `${launchdDomain(system, uid)}/${launchdLabel(name)}`],
    purpose: "its processes end in order; no longer started",
    otherwise: "it was not loaded",
  };
}

function launchdDomain(system: boolean, uid: number): string {
  return system ? "system" : `gui/${uid}`;
}

function systemctl(system: boolean, root: string): string[] {
  if (root !== "") return ["systemctl", `--root=${root}`];
  return system ? ["systemctl"] : ["systemctl", "--user"];
}

function systemFolders({ system, manifests }: JobDescription, { root }: BootOwner): BootPlan["folders"] {
  return system ? [{ path: join(root, manifests ?? SYSTEM_MANIFESTS), mode: 0o755 }] : [];
}

function groupCommands({ group }: JobDescription, { makesGroup, root }: BootOwner): BootCommand[] {
  if (group === null || !makesGroup) return [];
  const purpose = `its members may use the socket`;
  if (process.platform === "darwin") return [{ command: ["dseditgroup", "-o", "create", group], purpose }];
  return [{ command: ["groupadd", "--system", "--force", ...(root === "" ? [] : ["--prefix", root]), group], purpose }];
}

function lingerCommand({ userName }: BootOwner): BootCommand {
  return {
    command: ["loginctl", "enable-linger", userName],
    purpose: "started at boot, not at the first login, and not ended at the last logout",
    otherwise: `sudo loginctl enable-linger ${userName}`,
  };
}
