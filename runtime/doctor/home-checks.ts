import { accessSync, constants, existsSync, readdirSync, type Stats, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Home } from "../daemon/home.ts";
import { lookAt } from "../system/look-at.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

/** Below this the next log rotation or state write may fail. */
const FREE_BYTES_WANTED = 200 * 1024 * 1024;
const FREE_FILES_WANTED = 1000;
/** A file that is being written for longer was left behind. */
const WRITE_MS_MAX = 60_000;
const SET_ASIDE_HINT = "keep it for a bug report, or remove it once all that you need is registered again";

/** Looks at the home's folders: there, ours, closed to others, with room, and without what a crash left. */
export function checkHome(home: Home): Finding[] {
  const { stats: stat, why } = lookAt(home.root);
  if (why && why.kind !== "missing")
    return [problem("home", `${home.root} cannot be looked at: ${why.text}`, "choose another with --home DIR or GHOST_HOME")];
  if (!stat)
    return [
      good("home", `${home.root} does not exist yet; the first command that needs it makes it`),
      ...checkSpace(firstExisting(home.root)),
    ];
  if (!stat.isDirectory()) return [problem("home", `${home.root} is not a folder`, "choose another with --home DIR or GHOST_HOME")];
  return [...checkAccess(home, stat), ...checkSpace(home.root), ...checkLeftovers(home)];
}

function checkAccess(home: Home, stat: Stats): Finding[] {
  const uid = process.getuid?.();
  const findings: Finding[] = [];
  if (uid !== undefined && stat.uid !== uid)
    findings.push(
      warning(
        "home",
        `${home.root} belongs to user ${stat.uid}, and this is user ${uid}`,
        "run ghost as that user, or choose another home with --home",
      ),
    );
  if ((stat.mode & 0o077) !== 0)
    findings.push(warning("home", `${home.root} is open to others (mode ${(stat.mode & 0o777).toString(8)})`, `chmod 700 ${home.root}`));
  const closed = [home.root, home.run, home.data, home.logs].filter((path) => existsSync(path) && !isWritable(path));
  for (const path of closed)
    findings.push(problem("home", `${path} cannot be written`, `chown or chmod it, or remount its file system: ls -ld ${path}`));
  return findings.length > 0 ? findings : [good("home", `${home.root} is ours and closed to others`)];
}

function checkSpace(path: string): Finding[] {
  const { bavail, bsize, ffree, files } = statfsSync(path);
  const freeBytes = bavail * bsize;
  const megabytes = Math.floor(freeBytes / (1024 * 1024));
  if (freeBytes < FREE_BYTES_WANTED)
    return [
      grade(freeBytes === 0)(
        "disk",
        `${megabytes}MB are free at ${path}`,
        "free some space: du -xh --max-depth=2 on that disk shows who has it",
      ),
    ];
  if (files > 0 && ffree < FREE_FILES_WANTED)
    return [grade(ffree === 0)("disk", `only ${ffree} more files can be made at ${path}`, "remove files that nobody needs: df -i")];
  return [good("disk", `${megabytes}MB are free`)];
}

function grade(isProblem: boolean): typeof warning {
  return isProblem ? problem : warning;
}

/** What was set aside because it was damaged, what an interrupted write left, and secrets that others can read. */
function checkLeftovers(home: Home): Finding[] {
  const paths = [home.data, home.run].flatMap(pathsIn);
  return paths.flatMap((path) => {
    if (/\.damaged-[^/]*Z$/.test(path)) return [warning("state", `a damaged state was set aside as ${path}`, SET_ASIDE_HINT)];
    if (path.endsWith(".new") && isOld(path))
      return [warning("home", `an interrupted write left ${path}`, `rm ${path}: what it was to replace is whole`)];
    if ([home.secretsFile, home.hubSecretFile].includes(path) && (statSync(path).mode & 0o077) !== 0)
      return [problem("home", `others can read ${path}`, `chmod 600 ${path}`)];
    return [];
  });
}

/** A folder that is not there has none; that one cannot be read is told elsewhere. */
function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isOld(path: string): boolean {
  const { stats } = lookAt(path);
  return stats !== null && Date.now() - stats.mtimeMs > WRITE_MS_MAX;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function firstExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : firstExisting(dirname(path));
}
