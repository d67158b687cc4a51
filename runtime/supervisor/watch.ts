import { relative, sep } from "node:path";
import picomatch from "picomatch";
import type { WatchPolicy } from "../../core/config/definition.ts";
import { LOOP_RESTARTS, nextStreak } from "../../core/lifecycle/watch-loop.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Folders that nobody wants a restart for. */
const ALWAYS_IGNORED = [".git", "node_modules", "__pycache__", ".venv", ".tsbuild"] as const;
/** File systems that the kernel makes up. */
const SYSTEM_FOLDERS = /^\/(proc|sys|dev)(\/|$)/;
/** Files whose names tell of an editor at work. */
const EDITOR_FILES = /(~|\.sw[a-z]|\.tmp|^4913|^\.#.*)$/;
/** Files that one process may have watched; more is a mistake in `paths`. */
const WATCHED_MAX = 20_000;

interface Watcher {
  readonly policy: WatchPolicy;
  readonly workingDirectory: string;
  /** It looked no further, because the program kept changing its own files in this run (its start in ms). */
  pausedInRun?: number | null;
  close(): void;
}

/** Restarts processes when their files change. A watcher lives as long as its process is wanted up. */
export class FileWatch {
  private readonly supervisor: Supervisor;
  private readonly watchers = new Map<string, Watcher>();

  constructor(supervisor: Supervisor) {
    this.supervisor = supervisor;
  }

  /** Brings the watcher of a process in line with its definition and its desired state. */
  update(process: Supervised): void {
    const existing = this.watchers.get(process.key);
    const { watch, workingDirectory } = process.definition;
    const wanted = watch !== null && process.machine.desired === "up" && this.supervisor.processes.get(process.key) === process;
    if (existing && wanted && isUnchanged(existing, watch, workingDirectory) && !isNewRun(existing, process)) return;
    existing?.close();
    this.watchers.delete(process.key);
    if (wanted) this.watchers.set(process.key, this.watch(process, watch));
  }

  close(): void {
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private watch(process: Supervised, policy: WatchPolicy): Watcher {
    const { workingDirectory } = process.definition;
    const isWanted = pathMatcher(policy, workingDirectory, this.supervisor.parts.home.root);
    let debounce: ReturnType<typeof setTimeout> | undefined;
    let firstFile: string | undefined;
    let streak = 0;
    const changed = (file: string): void => {
      if (watcher.pausedInRun !== undefined) return;
      if (firstFile === undefined) streak = nextStreak(streak, process.machine, Date.now());
      firstFile ??= file;
      clearTimeout(debounce);
      debounce = setTimeout(() => {
        if (streak > LOOP_RESTARTS) this.pause(process, watcher, firstFile ?? file);
        else this.restart(process, firstFile ?? file);
        firstFile = undefined;
      }, policy.debounceMs);
    };
    const closing = startChokidar(policy, workingDirectory, this.supervisor.parts.home.root, isWanted, changed, (text) =>
      this.supervisor.record(process, null, null, { kind: "watch-failed", text }),
    );
    const watcher: Watcher = {
      policy,
      workingDirectory,
      close() {
        clearTimeout(debounce);
        void closing.then((close) => close());
      },
    };
    return watcher;
  }

  /** A program that changes what is watched each time that it starts would be restarted for ever. */
  private pause(process: Supervised, watcher: Watcher, file: string): void {
    watcher.pausedInRun = process.machine.startedMs;
    watcher.close();
    const shown = relative(process.definition.workingDirectory, file);
    const text = `${shown} changed right after each of ${LOOP_RESTARTS} starts, as if the program wrote it itself; its files are not watched until it is started again`;
    this.supervisor.record(process, null, null, {
      kind: "watch-paused",
      text,
      facts: { file, hint: `add ${shown} to \`watch.ignore\`, or narrow \`watch.paths\`` },
    });
  }

  private restart(process: Supervised, file: string): void {
    if (process.machine.desired !== "up") return;
    const shown = relative(process.definition.workingDirectory, file);
    this.supervisor.dispatch(process, {
      type: "restart",
      free: true,
      cause: { kind: "file-changed", text: `${shown} changed`, facts: { file } },
    });
  }
}

function isUnchanged(watcher: Watcher, policy: WatchPolicy, workingDirectory: string): boolean {
  return JSON.stringify(watcher.policy) === JSON.stringify(policy) && watcher.workingDirectory === workingDirectory;
}

/** A watcher that paused begins anew with the next run. */
function isNewRun({ pausedInRun }: Watcher, { machine }: Supervised): boolean {
  return pausedInRun !== undefined && machine.state.at === "running" && machine.startedMs !== pausedInRun;
}

/** chokidar is loaded only when something is watched. Gives a function that closes the watcher. */
async function startChokidar(
  policy: WatchPolicy,
  directory: string,
  home: string,
  isWanted: (path: string) => boolean,
  changed: (path: string) => void,
  failed: (text: string) => void,
): Promise<() => void> {
  const { watch } = await import("chokidar");
  const roots = policy.paths.map((path) => picomatch.scan(path).base || ".");
  const seen = new Set<string>();
  /** Said while the tree is being walked, so that a `paths: ["/"]` ends after the limit and not after the whole disk. */
  const isTooMuch = (path: string): boolean => {
    if (seen.size > WATCHED_MAX) return true;
    seen.add(path);
    if (seen.size > WATCHED_MAX) {
      failed(`more than ${WATCHED_MAX} files would be watched, so none is; narrow \`watch.paths\`, or add to \`watch.ignore\``);
      setImmediate(() => void watcher.close());
    }
    return false;
  };
  const watcher = watch(roots, {
    cwd: directory,
    ignoreInitial: true,
    ignored: (path) => isIgnored(path, policy, directory, home) || isTooMuch(path),
    awaitWriteFinish: false,
    atomic: true,
  });
  const absolute = (path: string): string => (path.startsWith(sep) ? path : `${directory}${sep}${path}`);
  watcher.once("ready", () => seen.clear());
  watcher.on("all", (event, path) => {
    if (event !== "addDir" && event !== "unlinkDir" && isWanted(absolute(path))) changed(absolute(path));
  });
  watcher.on("error", (error) => failed(`cannot watch files: ${(error as Error).message}`));
  return () => void watcher.close();
}

function isIgnored(path: string, policy: WatchPolicy, directory: string, home: string): boolean {
  if (path === home || path.startsWith(home + sep) || SYSTEM_FOLDERS.test(path)) return true;
  const inside = relative(directory, path);
  const parts = inside.split(sep);
  if (parts.some((part) => (ALWAYS_IGNORED as readonly string[]).includes(part))) return true;
  if (EDITOR_FILES.test(parts.at(-1) ?? "")) return true;
  return policy.ignore.some((pattern) => matchesPathOrParent(pattern, inside));
}

function pathMatcher(policy: WatchPolicy, directory: string, home: string): (path: string) => boolean {
  return (path) =>
    !isIgnored(path, policy, directory, home) && policy.paths.some((pattern) => matchesPathOrParent(pattern, relative(directory, path)));
}

/** A pattern without a slash fits a name at any depth, a folder everything in it; `.` everything. */
function matchesPathOrParent(pattern: string, path: string): boolean {
  const bare = pattern.replace(/^\.\//, "").replace(/\/$/, "");
  if (bare === "." || bare === "") return !path.startsWith("..");
  const options = { dot: true, matchBase: !bare.includes("/") } as const;
  return picomatch.isMatch(path, bare, options) || picomatch.isMatch(path, `${bare}/**`, { dot: true });
}
