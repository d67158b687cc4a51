/** What a running process shows of itself beside its stat line. Linux only; elsewhere nothing is known and nothing is guessed. */
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";

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

/**
 * Where one of these processes has a FIFO as its output that was made as `fifo` and is not to be found there any more, e.g. `/proc/12/fd/1`: its
 * name was removed, or its folder moved. Undefined where there is none.
 */
export function unnamedFifo(pids: Iterable<number>, fifo: string): string | undefined {
  const named = statSync(fifo, { throwIfNoEntry: false });
  for (const pid of pids) {
    for (const descriptor of [1, 2]) {
      const target = descriptorTarget(pid, descriptor)?.replace(/ \(deleted\)$/, "");
      if (target === undefined || basename(target) !== basename(fifo)) continue;
      const path = `/proc/${pid}/fd/${descriptor}`;
      const open = statSync(path, { throwIfNoEntry: false });
      if (open?.isFIFO() && (open.ino !== named?.ino || open.dev !== named.dev)) return path;
    }
  }
  return undefined;
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
