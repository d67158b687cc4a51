/**
 * Programs that are run in the foreground: with the descriptors, the session and the process group of this program, so that the terminal, its
 * signals and the shell's job control are theirs as if they had been typed themselves.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Identity } from "../../core/lifecycle/state.ts";
import { environmentOf } from "./environ.ts";
import { identify } from "./identity.ts";
import { startRunGuard } from "./run-guard.ts";
import { signalProcess, type Target } from "./signal.ts";
import { checkDirectory, rememberRuntimeChild, spawnError, type Wrapped, withWrappers } from "./spawn.ts";
import type { WaitStatus } from "./subreaper.ts";
import { type ProcessEntry, readProcess, readProcessTable } from "./table.ts";

/** What is run. It is in no cgroup of its own. */
export interface TerminalRequest extends Omit<Wrapped, "cgroup"> {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Program and arguments, to which pid and start time are added, that end it should this program be killed. */
  readonly end: readonly string[];
}

/**
 * Starts a program on this terminal and gives who it is. `onExit` is called once, when it ends. Throws SPAWN_FAILED, DIRECTORY_NOT_FOUND,
 * PERMISSION_DENIED or EXECUTABLE_NOT_RUNNABLE.
 */
export async function spawnOnTerminal(request: TerminalRequest, token: string, onExit: (status: WaitStatus) => void): Promise<Identity> {
  checkDirectory(request.workingDirectory);
  const child = start(request);
  if (child.pid === undefined)
    throw spawnError(request, await new Promise<NodeJS.ErrnoException>((resolve) => child.once("error", resolve)));
  rememberRuntimeChild(child);
  const identity = identify(child.pid, token);
  const dismissGuard = startRunGuard([...request.end, String(identity.pid), String(identity.startTicks)]);
  child.once("exit", (code, signal) => {
    dismissGuard();
    onExit({ code, signal });
  });
  child.on("error", () => {});
  return identity;
}

function start(request: TerminalRequest): ChildProcess {
  try {
    const { file, args, argv0, credentials } = withWrappers({ ...request, cgroup: null });
    return spawn(file, args, {
      argv0,
      cwd: request.workingDirectory,
      env: request.environment as NodeJS.ProcessEnv,
      stdio: request.listener === null ? "inherit" : ["inherit", "inherit", "inherit", request.listener],
      ...(credentials && { uid: credentials.uid, gid: credentials.gid }),
    });
  } catch (error) {
    // Bun throws what Node emits.
    throw spawnError(request, error as NodeJS.ErrnoException);
  }
}

/**
 * True where a key such as ^C reaches the programs of this process group by itself: the group is the foreground one of a terminal. Where the system does
 * not tell (macOS), `byDefault`.
 */
export function hasTerminalSignals(byDefault: boolean): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    // Fields 5 (pgrp) and 8 (tpgid) of proc_pid_stat(5), counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[2] === fields[5];
  } catch {
    return byDefault;
  }
}

/** Sends a signal to the program itself, as it came to this one. */
export function passSignal(target: Target, signal: NodeJS.Signals): void {
  signalProcess(target, signal);
}

/**
 * The program and all that descends from it, as far as that can be seen now: once it has ended, its children have another parent, and only those are known that have the
 * token of its run.
 */
export function treeOf(target: Target & { readonly token?: string }): ProcessEntry[] {
  const entry = readProcess(target.pid);
  const own = entry?.startTicks === target.startTicks ? [target.pid] : [];
  const others = target.token === undefined ? [] : bearersOf(target.token).map(({ pid }) => pid);
  return readProcessTable().treeOf([...own, ...others]);
}

/** Who was started in the run with this token and lives, whoever is its parent now. Not a daemon of Ghost's that one of them started: that has an end of its own. Linux only. */
export function bearersOf(token: string): ProcessEntry[] {
  if (process.platform !== "linux") return [];
  return [...readProcessTable().entries.values()].filter((entry) => {
    if (entry.state === "Z" || entry.pid === process.pid) return false;
    const environment = environmentOf(entry.pid);
    return environment.get("GHOST_PROCESS") === token && !environment.has("GHOST_DAEMON");
  });
}

/** Whether the end of the terminal is to be ignored: whoever began this program (nohup) said so. Linux only. */
export function isHangUpIgnored(): boolean {
  try {
    // SigIgn of proc_pid_status(5): a mask in hexadecimal, whose lowest bit is SIGHUP's.
    const digit = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0";
    return (Number.parseInt(digit, 16) & 1) === 1;
  } catch {
    return false;
  }
}

/** Those of `entries` that still run. */
export function stillRunning<Entry extends Target>(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ pid, startTicks }) => {
    const entry = readProcess(pid);
    return entry !== undefined && entry.startTicks === startTicks && entry.state !== "Z";
  });
}
