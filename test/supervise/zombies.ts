import { readdirSync, readFileSync } from "node:fs";

/** How many children of this process ended and wait to be reaped. */
export function zombiesOf(pid: number): number {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isZombieOf(name, pid)).length;
}

function isZombieOf(name: string, parent: number): boolean {
  try {
    const status = readFileSync(`/proc/${name}/status`, "utf8");
    return /^State:\s+Z/m.test(status) && status.includes(`PPid:\t${parent}\n`);
  } catch {
    return false;
  }
}
