/** The one place that starts supervised programs. Each gets a session and group of its own, so that its tree can be told apart and signalled. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { lookAt } from "../system/look-at.ts";
import { type Credentials, findTool, privilegePrefix } from "./privilege.ts";
import { formatProblem } from "./program-format.ts";
import type { WaitStatus } from "./subreaper.ts";

export interface SpawnRequest {
  /** Absolute. */
  readonly file: string;
  /** What the program sees as its own name. */
  readonly name: string;
  readonly args: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Descriptors for stdout and stderr; stdin is /dev/null. */
  readonly stdout: number;
  readonly stderr: number;
  readonly credentials: Credentials | null;
  readonly umask: number | null;
  readonly nice: number | null;
  /** RLIMIT_NOFILE, soft and hard. */
  readonly openFiles: number | null;
  /** A listening socket that becomes its descriptor 3, with LISTEN_PID set (the other variables of the protocol are in `environment`); null: none. */
  readonly listener: number | null;
  /** Folder of the cgroup that it must be in before its program begins; null: none. */
  readonly cgroup: string | null;
}

/**
 * Starts a program and gives its pid. `onExit` is called once, when the program itself ends.
 * Throws SPAWN_FAILED, DIRECTORY_NOT_FOUND, PERMISSION_DENIED or EXECUTABLE_NOT_RUNNABLE.
 */
export async function spawnProgram(request: SpawnRequest, onExit: (status: WaitStatus) => void): Promise<number> {
  checkDirectory(request.workingDirectory);
  const child = startChild(request);
  if (child.pid === undefined)
    throw spawnError(request, await new Promise<NodeJS.ErrnoException>((resolve) => child.once("error", resolve)));
  const { pid } = child;
  runtimeChildren.add(pid);
  child.once("exit", (code, signal) => {
    runtimeChildren.delete(pid);
    onExit({ code, signal });
  });
  child.on("error", () => {});
  return pid;
}

const runtimeChildren = new Set<number>();

/** True for a child that the JavaScript runtime itself reaps: nobody else may. */
export function isRuntimeChild(pid: number): boolean {
  return runtimeChildren.has(pid);
}

/** Marks a child that was spawned elsewhere in this folder. */
export function rememberRuntimeChild(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  runtimeChildren.add(pid);
  child.once("exit", () => runtimeChildren.delete(pid));
}

function startChild(request: SpawnRequest): ChildProcess {
  const { file, args, argv0, credentials } = withWrappers(request);
  try {
    return spawn(file, args, {
      argv0,
      cwd: request.workingDirectory,
      env: request.environment as NodeJS.ProcessEnv,
      detached: true,
      stdio: ["ignore", request.stdout, request.stderr, ...(request.listener === null ? [] : [request.listener])],
      ...(credentials && { uid: credentials.uid, gid: credentials.gid }),
    });
  } catch (error) {
    // Bun throws what Node emits (ENOEXEC, for one).
    throw spawnError(request, error as NodeJS.ErrnoException);
  }
}

/** What has no place in a spawn call, or needs a tool of the system. */
export type Wrapped = Pick<SpawnRequest, "file" | "name" | "args" | "credentials" | "umask" | "nice" | "openFiles" | "listener" | "cgroup">;

/** umask, limits and niceness have no place in a spawn call: a shell sets them and becomes the program (same pid). Throws EXECUTABLE_NOT_RUNNABLE and PERMISSION_DENIED. */
export function withWrappers(request: Wrapped): { file: string; args: string[]; argv0: string; credentials: Credentials | null } {
  const steps: string[] = [];
  // A program without its limits is better than none: whether it is there is seen to after the spawn.
  if (request.cgroup !== null) steps.push(`{ echo $$ > ${quote(`${request.cgroup}/cgroup.procs`)} || :; } 2> /dev/null`);
  if (request.umask !== null) steps.push(`umask ${request.umask.toString(8).padStart(3, "0")}`);
  // Programs take sockets only if they are meant for their own pid (sd_listen_fds(3)), which is the shell's.
  if (request.listener !== null) steps.push("export LISTEN_PID=$$");
  if (request.openFiles !== null) steps.push(`ulimit -n ${request.openFiles}`);
  const prefix = [
    ...(request.nice === null ? [] : [findTool("nice") ?? "nice", "-n", String(request.nice)]),
    ...privilegePrefix(request.credentials),
  ];
  if (request.nice !== null && !canBeNice(request.nice)) throw tooNice(request);
  const plain = steps.length === 0 && prefix.length === 0;
  if (plain) return { file: request.file, args: [...request.args], argv0: request.name, credentials: request.credentials };
  const problem = formatProblem(request.file);
  if (problem) throw spawnError(request, Object.assign(new Error(problem), { code: problem }));
  steps.push(`exec ${prefix.map(quote).join(" ")} "$@"`);
  const credentials = privilegePrefix(request.credentials).length > 0 ? null : request.credentials;
  return { file: "/bin/sh", args: ["-c", steps.join(" && "), "sh", request.file, ...request.args], argv0: "sh", credentials };
}

/** nice(1) runs a program all the same when the niceness is refused, and only says so: to nobody here. Root may, and whoever was allowed to (RLIMIT_NICE). */
function canBeNice(nice: number): boolean {
  if (nice >= 0 || process.getuid?.() === 0) return true;
  return spawnSync(findTool("nice") ?? "nice", ["-n", String(nice), "true"], { stdio: ["ignore", "ignore", "pipe"] }).stderr?.length === 0;
}

function tooNice({ file, nice }: Wrapped): GhostError {
  return new GhostError("PERMISSION_DENIED", `cannot run ${file} with nice: ${nice}: the system does not allow it`, {
    hint: "a niceness below that of the daemon needs root, or a limit that allows it (ulimit -e)",
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Throws DIRECTORY_NOT_FOUND or PERMISSION_DENIED for a folder in which nothing can be started. */
export function checkDirectory(directory: string): void {
  const { stats, why } = lookAt(directory);
  if (why?.kind === "denied") throw closedDirectory(directory);
  if (!stats)
    throw new GhostError(
      "DIRECTORY_NOT_FOUND",
      `cannot start in ${directory}: ${why.kind === "missing" ? "there is no such directory" : why.text}`,
      { hint: "create it, or mend `working_directory`" },
    );
  if (!stats.isDirectory())
    throw new GhostError("DIRECTORY_NOT_FOUND", `cannot start in ${directory}: it is not a directory`, {
      hint: "mend `working_directory`",
    });
  try {
    accessSync(directory, constants.X_OK);
  } catch {
    throw closedDirectory(directory);
  }
}

function closedDirectory(directory: string): GhostError {
  return new GhostError("PERMISSION_DENIED", `cannot start in ${directory}: permission denied`, {
    hint: "give the daemon's user access to it",
  });
}

/** What the system refused, with the remedy. */
export function spawnError(request: Pick<SpawnRequest, "file">, error: NodeJS.ErrnoException): GhostError {
  switch (error.code) {
    case "ENOEXEC":
      return new GhostError("EXECUTABLE_NOT_RUNNABLE", `cannot run ${request.file}: it is not a program that this machine understands`, {
        hint: "a script needs a first line such as #!/bin/sh; a binary must be built for this system",
      });
    case "ENOENT":
      return new GhostError("EXECUTABLE_NOT_RUNNABLE", `cannot run ${request.file}: its interpreter is missing`, {
        hint: "look at the #! line of the script",
      });
    case "EACCES":
    case "EPERM":
      return new GhostError("PERMISSION_DENIED", `cannot run ${request.file}: permission denied`, {
        hint: "running as another user needs root",
      });
    case "E2BIG":
      return new GhostError("SPAWN_FAILED", `cannot run ${request.file}: arguments and environment are too long for this system`, {
        hint: "pass less, e.g. through a file",
      });
    case "EAGAIN":
    case "ENOMEM":
      return new GhostError("SPAWN_FAILED", `cannot run ${request.file}: the system has no room for another process`, {
        hint: "look at `ulimit -u` and at free memory",
      });
    case "EMFILE":
    case "ENFILE":
      return new GhostError("SPAWN_FAILED", `cannot run ${request.file}: too many open files`, {
        hint: "raise the daemon's limit (`ulimit -n`)",
      });
    default:
      return new GhostError("SPAWN_FAILED", `cannot run ${request.file}: ${error.message}`, { cause: error });
  }
}
