import { createHash } from "node:crypto";
import { type FSWatcher, readlinkSync, statSync, watch } from "node:fs";
import { dirname, join, parse, resolve, sep } from "node:path";
import { entryAt } from "../system/look-at.ts";
import { readRegularFile } from "../system/regular-file.ts";

/** A file is read once it has been the same for this long, in ms: who writes in several pieces is not caught in the middle. */
const SETTLE_MS = 50;
/** A file that never rests is read all the same after this, in ms. */
const UNSETTLED_MS_MAX = 2_000;
/** The file is looked at so often whatever the system tells, in ms: network file systems tell nothing, and watches run out. */
const LOOK_MS = 5_000;
/** As many links are followed as Linux follows (path_resolution(7)). */
const LINKS_MAX = 40;
/** A larger file is told of by size and time, not by its content, in bytes. */
const HASHED_BYTES_MAX = 4 * 1024 * 1024;

/** A watch that goes on until it is stopped. */
export interface FileWatching {
  stop(): void;
}

/**
 * Calls `onChange` after each change of what a path leads to: its content, its disappearance and its return. Sees a file that
 * is written in place, one that is replaced by a rename, and links that are turned to another target anywhere on the way
 * (a mounted ConfigMap); a write that changes nothing is no change. The folders are watched, not the file, by `fs.watch`, and
 * the file is looked at every 5 s besides. `onError` gets what `onChange` throws.
 */
export function watchFile(path: string, onChange: () => void | Promise<void>, onError: (error: unknown) => void): FileWatching {
  const watching = new Watching(resolve(path), onChange, onError);
  return { stop: () => watching.stop() };
}

class Watching {
  private readonly path: string;
  private readonly onChange: () => void | Promise<void>;
  private readonly onError: (error: unknown) => void;
  private readonly folders = new Map<string, FSWatcher>();
  private readonly timer: ReturnType<typeof setInterval>;
  /** What `onChange` was last told of. */
  private told: string;
  private seen: string;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private unsettledSinceMs = 0;
  private busy = false;
  private stopped = false;

  constructor(path: string, onChange: () => void | Promise<void>, onError: (error: unknown) => void) {
    this.path = path;
    this.onChange = onChange;
    this.onError = onError;
    this.seen = fingerprint(path);
    this.told = contentOf(path);
    this.timer = setInterval(() => this.lookSlowly(), LOOK_MS).unref();
    this.watchFolders();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    clearTimeout(this.settling);
    for (const watcher of this.folders.values()) watcher.close();
    this.folders.clear();
  }

  /** The folders that the path leads through may be others now. */
  private watchFolders(): void {
    const wanted = foldersOf(this.path);
    for (const [folder, watcher] of this.folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.folders.delete(folder);
    }
    for (const folder of wanted) if (!this.folders.has(folder)) this.watchFolder(folder);
  }

  private watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.notice());
      watcher.on("error", () => this.forget(folder));
      this.folders.set(folder, watcher);
    } catch {
      // It is not there, or the system has no watches left: the slow look has to do.
    }
  }

  private forget(folder: string): void {
    this.folders.get(folder)?.close();
    this.folders.delete(folder);
  }

  /** Folders that were removed and made again have no live watcher any more: new ones, too, if something is different. */
  private lookSlowly(): void {
    if (fingerprint(this.path) === this.seen) return this.watchFolders();
    for (const folder of [...this.folders.keys()]) this.forget(folder);
    this.notice();
  }

  private notice(): void {
    if (this.stopped || this.settling) return;
    this.unsettledSinceMs = performance.now();
    this.seen = fingerprint(this.path);
    this.settle();
  }

  private settle(): void {
    this.settling = setTimeout(() => {
      const now = fingerprint(this.path);
      const restless = now !== this.seen && performance.now() - this.unsettledSinceMs < UNSETTLED_MS_MAX;
      this.seen = now;
      if (restless || this.busy) return this.settle();
      this.settling = undefined;
      void this.compare();
    }, SETTLE_MS).unref();
  }

  private async compare(): Promise<void> {
    this.watchFolders();
    const content = contentOf(this.path);
    if (content === this.told) return;
    this.told = content;
    this.busy = true;
    try {
      await this.onChange();
    } catch (error) {
      this.onError(error);
    } finally {
      this.busy = false;
    }
  }
}

/** What tells without reading that a file may be another: it, its size and its times. */
function fingerprint(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, mode } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs, mode].join(" ");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  }
}

function contentOf(path: string): string {
  try {
    const file = readRegularFile(path, HASHED_BYTES_MAX);
    return file.kind === "read" ? createHash("sha256").update(file.bytes).digest("hex") : fingerprint(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  }
}

/** The folders in which something must change for the path to lead elsewhere: its own, and those of all links on the way. Of what is missing the nearest folder that is there. */
function foldersOf(path: string): Set<string> {
  const folders = new Set<string>();
  let links = 0;
  let done = parse(path).root;
  let rest = partsOf(path);
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = join(done, name);
    const stats = entryAt(next);
    if (!stats || rest.length === 0 || stats.isSymbolicLink()) folders.add(done);
    if (!stats) break;
    if (!stats.isSymbolicLink()) {
      done = next;
      continue;
    }
    if (++links > LINKS_MAX) break;
    const target = resolve(done, readlinkSync(next));
    rest = [...partsOf(target), ...rest];
    done = parse(target).root;
  }
  return folders;
}

function partsOf(path: string): string[] {
  return dirname(path) === path ? [] : path.slice(parse(path).root.length).split(sep);
}
