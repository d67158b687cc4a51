/**
 * Where Ghost may keep cgroups (v2) of its own. It takes only what it was given: the cgroup in which the daemon runs, if it
 * may write there and shares it with nobody. No other cgroup, and no process that is not its own, is ever touched.
 */
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What the kernel can limit for a whole tree. */
export const CONTROLLERS = ["cpu", "memory", "pids"] as const;
export type Controller = (typeof CONTROLLERS)[number];

/**
 * The leaf in which the daemon itself sits: a cgroup that has groups with limits below it may hold no process. A service
 * manager puts it there at once with `DelegateSubgroup=ghost-daemon` (systemd 254).
 */
export const DAEMON_LEAF = "ghost-daemon";

/** A cgroup that could be used. */
export interface CgroupSite {
  /** Absolute; the cgroup that was given to Ghost. */
  readonly base: string;
  readonly controllers: readonly Controller[];
}

/** A folder in which groups for runs can be made, with what they can limit. */
export interface CgroupPlace {
  readonly folder: string;
  readonly controllers: ReadonlySet<Controller>;
}

/** Why there is none, as a phrase that goes on from "not enforced here: ". */
export interface NoCgroups {
  readonly reason: string;
}

/** The texts in which the kernel says where a process is; default: its own. */
export interface CgroupSources {
  readonly self: string;
  readonly mounts: string;
}

/** Looks where this process is, and what it could do there. Changes nothing. */
export function surveyCgroups(sources: CgroupSources = readSources()): CgroupSite | NoCgroups {
  if (process.platform !== "linux") return { reason: `${process.platform} has no cgroups` };
  const own = ownFolder(sources);
  if (own === null) return { reason: "no cgroup v2 is mounted, or this process is outside of what is" };
  const base = basename(own) === DAEMON_LEAF ? dirname(own) : own;
  const available = words(join(base, "cgroup.controllers"));
  const controllers = CONTROLLERS.filter((controller) => available.includes(controller));
  if (controllers.length === 0) return { reason: `the cgroup ${base} was given no controllers (they may be bound to cgroup v1)` };
  const locked = [".", "cgroup.procs", "cgroup.subtree_control"].find((name) => !isWritable(join(base, name)));
  if (locked !== undefined) return { reason: `the cgroup ${base} may not be written to; a service with Delegate=yes may` };
  return { base, controllers };
}

export interface Claim {
  /** Of this home: another one may share the cgroup. */
  readonly home: string;
  /** Pids of the daemon and its helpers, which may be moved into a leaf of their own. */
  readonly own: readonly number[];
  /** False where a service manager would put the next daemon into a cgroup that then takes no processes. */
  readonly mayMove: boolean;
}

/** Makes the place for groups of runs. What cannot be done is undone, and its reason given. */
export function claimCgroups({ base, controllers }: CgroupSite, { home, own, mayMove }: Claim): CgroupPlace | NoCgroups {
  const enabled = words(join(base, "cgroup.subtree_control"));
  const isReady = controllers.every((controller) => enabled.includes(controller));
  // The root of all cgroups alone may hold processes beside groups with limits.
  const isRoot = !existsSync(join(base, "cgroup.type"));
  const inside = isReady || isRoot ? [] : pidsIn(base);
  const strangers = inside.filter((pid) => !own.includes(pid));
  if (strangers.length > 0)
    return { reason: `the cgroup ${base} is shared with others (pid ${strangers[0]}); a service of its own is not` };
  if (inside.length > 0 && !mayMove)
    return { reason: `the service manager puts the daemon into ${base} itself; it takes DelegateSubgroup=${DAEMON_LEAF} (systemd 254)` };
  const leaf = join(base, DAEMON_LEAF);
  const folder = join(base, folderName(home));
  try {
    if (inside.length > 0) moveAll(inside, leaf);
    const usable = enable(folder, enable(base, controllers));
    if (usable.length > 0) return { folder, controllers: new Set(usable) };
    throw new Error("no controller can be switched on");
  } catch (error) {
    for (const pid of inside) attempt(() => writeFileSync(join(base, "cgroup.procs"), String(pid)));
    for (const made of [folder, ...(inside.length > 0 ? [leaf] : [])]) attempt(() => rmdirSync(made));
    return { reason: `the cgroup ${base} refuses: ${(error as Error).message}` };
  }
}

/** The pids in one cgroup, without those in groups below it; none where it is gone. */
export function pidsIn(folder: string): number[] {
  return words(join(folder, "cgroup.procs")).map(Number);
}

/** True when it did not throw. */
export function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function moveAll(pids: readonly number[], leaf: string): void {
  mkdirSync(leaf, { recursive: true });
  for (const pid of pids) writeFileSync(join(leaf, "cgroup.procs"), String(pid));
}

/** Switches controllers on for the groups below `folder`; gives those that could be. */
function enable(folder: string, controllers: readonly Controller[]): Controller[] {
  mkdirSync(folder, { recursive: true });
  return controllers.filter((controller) => attempt(() => writeFileSync(join(folder, "cgroup.subtree_control"), `+${controller}`)));
}

function folderName(home: string): string {
  return `ghost-${createHash("sha256").update(home).digest("hex").slice(0, 8)}`;
}

/** The folder of this process's cgroup v2; null without one. */
function ownFolder({ self, mounts }: CgroupSources): string | null {
  const path = /^0::(\/.*)$/m.exec(self)?.[1];
  // A path that leads out of the cgroup namespace cannot be reached from here.
  if (path === undefined || path.startsWith("/..")) return null;
  for (const line of mounts.split("\n")) {
    const [, , , root = "", point = ""] = line.split(" ");
    if (!/ - cgroup2 /.test(line)) continue;
    const inMount = root === "/" ? path : path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : null;
    if (inMount !== null) return join(point, inMount === "/" ? "" : inMount);
  }
  return null;
}

function readSources(): CgroupSources {
  return { self: readText("/proc/self/cgroup"), mounts: readText("/proc/self/mountinfo") };
}

function isWritable(path: string): boolean {
  return attempt(() => accessSync(path, constants.W_OK));
}

function words(path: string): string[] {
  return readText(path).split(/\s+/).filter(Boolean);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
