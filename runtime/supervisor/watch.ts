import { relative, sep } from "node:path";
import picomatch from "picomatch";
import type { Cause } from "../../core/api/wire.ts";
import type { ProcessDefinition, WatchPolicy } from "../../core/config/definition.ts";
import type { Event } from "../../core/lifecycle/events.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import { LOOP_RESTARTS, nextStreak, ONE_CHANGE_MS, slowdownMs } from "../../core/lifecycle/watch-loop.ts";
import { FileChanges, type FileEvent } from "./file-changes.ts";
import { type PathFilter, pathFilter, realPath } from "./watched-paths.ts";

/** Files that one process may have watched; more is a mistake in `paths`. */
const WATCHED_MAX = 20_000;

interface Watcher {
  readonly policy: WatchPolicy;
  /** The real path of what is watched: a link to it may be turned. */
  readonly directory: string;
  close(): void;
}

/** What is watched for: a process of the daemon, or one that runs in the foreground. */
export interface Watched {
  readonly key: string;
  readonly definition: Pick<ProcessDefinition, "watch" | "workingDirectory">;
  readonly machine: Machine;
}

/** Who supervises what is watched for. */
export interface WatchSupervisor<Process extends Watched> {
  readonly parts: { readonly home: { readonly root: string } };
  isRegistered(process: Process): boolean;
  record(process: Process, from: string | null, to: string | null, cause: Cause): void;
  dispatch(process: Process, event: Event): void;
}

/** Restarts processes when their files change. A watcher lives as long as its process is wanted up. */
export class FileWatch<Process extends Watched> {
  private readonly supervisor: WatchSupervisor<Process>;
  private readonly watchers = new Map<string, Watcher>();

  constructor(supervisor: WatchSupervisor<Process>) {
    this.supervisor = supervisor;
  }

  /** Brings the watcher of a process in line with its definition and its desired state. */
  update(process: Process): void {
    const existing = this.watchers.get(process.key);
    const { watch, workingDirectory } = process.definition;
    const wanted = watch !== null && process.machine.desired === "up" && this.supervisor.isRegistered(process);
    if (!existing && !wanted) return;
    const directory = realPath(workingDirectory);
    if (existing && wanted && isUnchanged(existing, watch, directory)) return;
    existing?.close();
    this.watchers.delete(process.key);
    if (wanted) this.watchers.set(process.key, this.watch(process, watch, directory));
  }

  close(): void {
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private watch(process: Process, policy: WatchPolicy, directory: string): Watcher {
    const filter = pathFilter(policy, directory, this.supervisor.parts.home.root);
    let debounce: ReturnType<typeof setTimeout> | undefined;
    const changes = new FileChanges();
    let pending = false;
    let streak = 0;
    let firstMs = 0;
    let isSaving = false;
    const changed = (event: FileEvent, file: string): void => {
      if (!changes.note(event, file)) return;
      if (!pending) {
        streak = nextStreak(streak, process.machine, Date.now());
        firstMs = Date.now();
        if (streak === 0) isSaving = false;
        if (streak === LOOP_RESTARTS + 1) this.tellLoop(process, directory, file);
      } else isSaving ||= Date.now() - firstMs > ONE_CHANGE_MS;
      pending = true;
      clearTimeout(debounce);
      debounce = setTimeout(() => {
        pending = false;
        const named = changes.take();
        if (named !== null) this.restart(process, directory, named);
      }, changes.pauseMs(policy.debounceMs) + slowdownMs(streak, isSaving));
    };
    const closing = startChokidar(policy, directory, filter, changed, (text) =>
      this.supervisor.record(process, null, null, { kind: "watch-failed", text }),
    );
    return {
      policy,
      directory,
      close() {
        clearTimeout(debounce);
        void closing.then((close) => close());
      },
    };
  }

  /** A program that changes what is watched each time that it starts would be restarted for ever, as fast as it can. */
  private tellLoop(process: Process, directory: string, file: string): void {
    const shown = relative(directory, file);
    const text = `${shown} changed right after each of ${LOOP_RESTARTS} starts, as if the program wrote it itself; restarts for such changes become slower, up to 30 s`;
    const hint = `add ${shown} to \`watch.ignore\`, or narrow \`watch.paths\``;
    this.supervisor.record(process, null, null, { kind: "watch-loop", text, facts: { file, hint } });
  }

  private restart(process: Process, directory: string, file: string): void {
    if (process.machine.desired !== "up") return;
    const shown = relative(directory, file);
    this.supervisor.dispatch(process, {
      type: "restart",
      free: true,
      cause: { kind: "file-changed", text: `${shown} changed`, facts: { file } },
    });
  }
}

function isUnchanged(watcher: Watcher, policy: WatchPolicy, directory: string): boolean {
  return JSON.stringify(watcher.policy) === JSON.stringify(policy) && watcher.directory === directory;
}

/** chokidar is loaded only when something is watched. Gives a function that closes the watcher. */
async function startChokidar(
  policy: WatchPolicy,
  directory: string,
  filter: PathFilter,
  changed: (event: FileEvent, path: string) => void,
  failed: (text: string) => void,
): Promise<() => void> {
  const { watch } = await import("chokidar");
  const roots = policy.paths.map((path) => picomatch.scan(path).base || ".");
  /** What was met while the tree is walked for the first time; afterwards what is there, by its coming and going. */
  const seen = new Set<string>();
  let walking = true;
  const isTooMuch = (path: string): boolean => {
    if (seen.size > WATCHED_MAX) return true;
    if (walking) seen.add(path);
    if (seen.size <= WATCHED_MAX) return false;
    // Said while the tree is being walked, so that a `paths: ["/"]` ends after the limit and not after the whole disk.
    failed(`more than ${WATCHED_MAX} files would be watched, so none is; narrow \`watch.paths\`, or add to \`watch.ignore\``);
    setImmediate(() => void watcher.close());
    return true;
  };
  const watcher = watch(roots, {
    cwd: directory,
    ignoreInitial: true,
    ignored: (path, stats) => filter.isIgnored(path) || (stats?.isFile() === true && !filter.isWanted(path)) || isTooMuch(path),
    awaitWriteFinish: false,
    atomic: true,
  });
  const absolute = (path: string): string => (path.startsWith(sep) ? path : `${directory}${sep}${path}`);
  watcher.once("ready", () => {
    walking = false;
  });
  watcher.on("all", (event, path) => {
    const full = absolute(path);
    if (event === "unlink" || event === "unlinkDir") seen.delete(full);
    if (event === "add" || event === "addDir") {
      seen.add(full);
      if (isTooMuch(full)) return;
    }
    if (event !== "addDir" && event !== "unlinkDir" && filter.isWanted(full)) changed(event as FileEvent, full);
  });
  watcher.on("error", (error) => failed(`cannot watch files: ${(error as Error).message}`));
  return () => void watcher.close();
}
