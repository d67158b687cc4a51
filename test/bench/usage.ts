/** What processes use, read from /proc. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Bytes in the kilobytes that /proc counts in. */
const PROC_KILOBYTE = 1024;
/** Where utime is among the fields that follow the command's name in /proc/PID/stat; stime is the next. */
const UTIME_FIELD = 11;
const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** The proportional set size of these processes together, in bytes: a page that n processes share counts for 1/n. */
export function proportionalBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + proportionalBytesOf(pid), 0);
}

function proportionalBytesOf(pid: number): number {
  const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
  if (!match) throw new Error(`cannot read the memory of process ${pid}: smaps_rollup has no Pss`);
  return Number(match[1]) * PROC_KILOBYTE;
}

/** CPU time that these processes have used since they began, threads that ended included, in milliseconds; to a clock tick (10 ms). */
export function cpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuTicks(pid), 0) * (1000 / TICKS_PER_SECOND);
}

function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name may contain anything, blanks and brackets too: the fields begin after its last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[UTIME_FIELD]) + Number(fields[UTIME_FIELD + 1]);
}

/** CPU time of the threads that live now, in milliseconds with the precision of the scheduler (ns): for what hardly uses any. */
export function threadCpuMs(pids: readonly number[]): number {
  const threads = pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`));
  return threads.reduce((sum, path) => sum + Number(readFileSync(path, "utf8").split(" ")[0]), 0) / 1e6;
}
