import { findAccount } from "../process/accounts.ts";
import { readProcess } from "../process/table.ts";
import type { PortHolder } from "./holder.ts";

/** Who holds a port, as people are told: `nginx (pid 812)`, `a program of www-data`. */
export function nameOfHolder({ pids: [first], uid }: PortHolder): string {
  if (first !== undefined) return `${readProcess(first)?.command ?? "a program"} (pid ${first})`;
  return uid === null ? "another program" : `a program of ${userName(uid)}`;
}

function userName(uid: number): string {
  try {
    return findAccount(String(uid)).name;
  } catch {
    return `user ${uid}`;
  }
}
