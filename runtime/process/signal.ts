/** The only place that sends signals. Every target is named by pid and start time, and checked just before. */
import { constants } from "node:os";
import type { ProcessEntry } from "./table.ts";
import { readProcess } from "./table.ts";

/** A process as recorded: the pid is used only while the start time still fits. */
export interface Target {
  readonly pid: number;
  readonly startTicks: number;
}

/** True for a name such as SIGTERM that this system knows. */
export function isSignalName(name: string): name is NodeJS.Signals {
  return name in constants.signals;
}

/** Signals one process; false when it is gone (or its pid has another owner), or may not be signalled. */
export function signalProcess(target: Target, signal: NodeJS.Signals): boolean {
  return stillThere(target) && send(target.pid, signal);
}

/** Signals the whole group that `leader` leads; false when no member is left. The group's id cannot be reused while a member lives. */
export function signalGroup(leader: Target, signal: NodeJS.Signals): boolean {
  const owner = readProcess(leader.pid);
  // A stranger with the leader's pid means that the group is gone: pids of live groups are never given out.
  if (owner && owner.startTicks !== leader.startTicks) return false;
  return send(-leader.pid, signal);
}

/** True while any process is in the group (zombies count until they are reaped). */
export function groupExists(pgid: number): boolean {
  try {
    process.kill(-pgid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function stillThere(target: Target): boolean {
  const entry: ProcessEntry | undefined = readProcess(target.pid);
  return entry !== undefined && entry.startTicks === target.startTicks && entry.state !== "Z";
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  // 0 and 1 and their negatives mean "everybody": no bug may ever reach them.
  if (Math.abs(pid) <= 1) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
