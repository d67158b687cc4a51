import { readFileSync } from "node:fs";
import type { Identity } from "../../core/lifecycle/state.ts";
import { readProcess } from "./table.ts";

/** The kernel's id of this boot; empty where there is none. */
export const bootId: string = readBootId();

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

/** The identity of a process that was just spawned. A process that is gone already gets start time 0, which no live one has. */
export function identify(pid: number, token: string): Identity {
  return { pid, startTicks: readProcess(pid)?.startTicks ?? 0, bootId, token };
}

/** True while the very process lives: same boot, same pid, same start time, not a zombie. */
export function isAlive(identity: Pick<Identity, "pid" | "startTicks" | "bootId">): boolean {
  if (identity.bootId !== bootId) return false;
  const entry = readProcess(identity.pid);
  return entry !== undefined && entry.state !== "Z" && entry.startTicks === identity.startTicks;
}
