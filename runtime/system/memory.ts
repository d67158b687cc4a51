import { readFileSync } from "node:fs";
import { openLibc } from "./native.ts";

const MADV_DONTNEED = 4;

const libc = process.platform === "linux" ? openLibc({ madvise: { args: ["u64", "u64", "i32"], returns: "i32" } }) : null;

interface Collector {
  gc?(force: boolean): void;
}

/**
 * Gives memory back that start-up and bursts of work have touched and quiet supervision does not need: garbage, and the
 * program's own code. Code pages are clean copies of the file, so dropping them loses nothing: those still in use come
 * back from the page cache at the next call, some 60 MB of compilers and parsers do not. Costs about 5 ms.
 * Does nothing without FFI.
 */
export function trimMemory(): void {
  if (!libc) return;
  (globalThis as { Bun?: Collector }).Bun?.gc?.(true);
  for (const [from, to] of codeMappings()) libc.call.madvise(from, to - from, MADV_DONTNEED);
}

/** Executable mappings of files. They are never written to, unlike read-only data, which may have been relocated. */
function codeMappings(): [bigint, bigint][] {
  const mappings: [bigint, bigint][] = [];
  for (const line of readFileSync("/proc/self/maps", "utf8").split("\n")) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ \d+\s+\//.exec(line);
    if (match) mappings.push([BigInt(`0x${match[1]}`), BigInt(`0x${match[2]}`)]);
  }
  return mappings;
}
