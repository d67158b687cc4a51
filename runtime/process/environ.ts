/** What a running process shows of itself beside its stat line. Linux only; elsewhere nothing is known and nothing is guessed. */
import { readFileSync, readlinkSync } from "node:fs";

/** The environment that a process was started with, unless it overwrote it; empty when it cannot be read. */
export function environmentOf(pid: number): Map<string, string> {
  const variables = new Map<string, string>();
  for (const entry of readNulSeparated(`/proc/${pid}/environ`)) {
    const equals = entry.indexOf("=");
    if (equals > 0) variables.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return variables;
}

/** The command line, e.g. `["redis-server", "*:6379"]`; empty when it cannot be read. */
export function commandLineOf(pid: number): string[] {
  return readNulSeparated(`/proc/${pid}/cmdline`);
}

/** What a descriptor of a process leads to, e.g. a FIFO's path; undefined when it cannot be read. */
export function descriptorTarget(pid: number, descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

function readNulSeparated(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\0")
      .filter((entry) => entry !== "");
  } catch {
    return [];
  }
}
