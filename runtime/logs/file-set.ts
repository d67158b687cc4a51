/**
 * The files of one log stream by their names: the live one, the rotated ones, their indexes, and what compression makes
 * of them. Number 0 is the live file.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { interruptedShift, planRotation } from "../../core/logs/rotation.ts";

const INDEX_SUFFIX = ".idx";
const GZIP_SUFFIX = ".gz";
const TEMPORARY = ".gz.tmp-";

/** The log file number `number` of the stream whose live file is `file`. */
export function logPath(file: string, number: number): string {
  return number === 0 ? file : `${file}.${number}`;
}

/** The same, compressed. */
export function gzipPath(file: string, number: number): string {
  return logPath(file, number) + GZIP_SUFFIX;
}

/** The index of log file number `number`, compressed or not. */
export function indexPath(file: string, number: number): string {
  return logPath(file, number) + INDEX_SUFFIX;
}

/** Where the compressed file number `count` of this daemon grows until it is whole. */
export function temporaryPath(file: string, count: number): string {
  return `${file}${TEMPORARY}${count}`;
}

/** What there is of a stream's files. A file that is there both plain and compressed is in both sets. */
export interface FileSet {
  readonly plain: ReadonlySet<number>;
  readonly gzip: ReadonlySet<number>;
  readonly indexes: ReadonlySet<number>;
  /** Paths of unfinished compressed files. */
  readonly temporaries: readonly string[];
}

/** Lists a stream's files; a folder that is missing has none. Throws what the system says of one that cannot be read. */
export function listFiles(file: string): FileSet {
  const set = { plain: new Set<number>(), gzip: new Set<number>(), indexes: new Set<number>(), temporaries: [] as string[] };
  const folder = dirname(file);
  for (const entry of readNames(folder)) {
    if (!entry.startsWith(basename(file))) continue;
    const rest = entry.slice(basename(file).length);
    const match = /^(?:\.([1-9]\d{0,5}))?(\.idx|\.gz)?$/.exec(rest);
    if (rest.startsWith(TEMPORARY)) set.temporaries.push(join(folder, entry));
    else if (match) (match[2] === INDEX_SUFFIX ? set.indexes : match[2] === GZIP_SUFFIX ? set.gzip : set.plain).add(Number(match[1] ?? 0));
  }
  return set;
}

/** Looks for a file among others that move on; one that moves on faster will soon be removed. */
const LOOKS_MAX = 20;

/**
 * The number of the plain (or, with `gzip`, the compressed) file with this inode, found beside whoever rotates; null when
 * there is none. Files only move to higher numbers, so a look goes upward and one number beyond each that was listed: what
 * moves on during the look still lies ahead. A listing beside renames may lack a name, so only two equal looks one after
 * the other are believed.
 */
export function numberOfInode(file: string, inode: number, gzip = false): number | null {
  let before = "";
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const numbers = new Set([...listFiles(file)[gzip ? "gzip" : "plain"]].flatMap((number) => [number, number + 1]));
    const seen = [];
    for (const number of [...numbers].sort((a, b) => a - b)) {
      const found = inodeOf(file, number, gzip);
      if (found === inode) return number;
      seen.push({ number, found });
    }
    const now = JSON.stringify(seen);
    if (now === before) return null;
    before = now;
  }
  return null;
}

/** The inode of the plain (or, with `gzip`, the compressed) file with this number; undefined when there is none. */
export function inodeOf(file: string, number: number, gzip = false): number | undefined {
  return statSync(gzip ? gzipPath(file, number) : logPath(file, number), { throwIfNoEntry: false })?.ino;
}

/**
 * Numbers to look for files at, upward from `first`, beside whoever rotates: one beyond the highest that is there, and on
 * when the files have moved on during the look. Whoever looks at each of them in turn misses no file.
 */
export function* numbersUpward(file: string, first = 0): Generator<number> {
  let last = highestNumber(file) + 1;
  for (let number = first; number <= last; number++) {
    yield number;
    if (number === last) last = highestNumber(file) + 1;
  }
}

function highestNumber(file: string): number {
  const { plain, gzip } = listFiles(file);
  return Math.max(-1, ...plain, ...gzip);
}

/**
 * Renames the live file away, and the rotated ones before it; what exceeds `maxFiles` is removed. A crash between any
 * two steps loses nothing: numbers may then have a gap, which the next rotation fills, and `repairFiles` mends the rest.
 */
export function rotateFiles(file: string, maxFiles: number): void {
  const { plain, gzip } = listFiles(file);
  const present = new Set([...plain, ...gzip]);
  present.delete(0);
  const { remove, shifts } = planRotation(present, maxFiles);
  for (const number of remove) removeNumber(file, number);
  for (const { from, to } of shifts) shiftNumber(file, from, to);
}

/** Mends what a crash left: an index that did not follow its log, a plain file beside its finished compressed one, unfinished compressed files. */
export function repairFiles(file: string): void {
  const found = listFiles(file);
  for (const path of found.temporaries) rmSync(path, { force: true });
  for (const number of found.gzip) if (found.plain.has(number)) rmSync(logPath(file, number), { force: true });
  const shift = interruptedShift(new Set([...found.plain, ...found.gzip]), found.indexes);
  if (shift) renameSync(indexPath(file, shift.from), indexPath(file, shift.to));
}

function removeNumber(file: string, number: number): void {
  for (const path of [logPath(file, number), gzipPath(file, number), indexPath(file, number)]) rmSync(path, { force: true });
}

/** The log first, then its index: `interruptedShift` relies on it. What lies at `to` belongs to nobody: a log is never there. */
function shiftNumber(file: string, from: number, to: number): void {
  rmSync(indexPath(file, to), { force: true });
  for (const path of [logPath, gzipPath]) if (existsSync(path(file, from))) renameSync(path(file, from), path(file, to));
  if (existsSync(indexPath(file, from))) renameSync(indexPath(file, from), indexPath(file, to));
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
