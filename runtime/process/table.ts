/**
 * One look at all processes of the machine: a single pass over `/proc` (8 µs a process), on other systems one `ps`.
 * The trees of all supervised processes are cut out of the same table.
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";

/** Clock ticks a second: USER_HZ, 100 on every Linux architecture that Bun and Node run on. */
export const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
/** A stat line is below 400 bytes; 4 KiB leaves room. */
const STAT_BYTES_MAX = 4096;
const PS_OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** One letter of `ps`: R S D Z T … */
  readonly state: string;
  /** Start time in ticks since boot; elsewhere than on Linux seconds since 1970. */
  readonly startTicks: number;
  /** User and system time of the process itself, in ticks. */
  readonly cpuTicks: number;
  readonly threads: number;
  readonly residentBytes: number;
  /** The kernel's short name, at most 15 characters. */
  readonly command: string;
}

export class ProcessTable {
  readonly entries: ReadonlyMap<number, ProcessEntry>;
  private readonly children = new Map<number, ProcessEntry[]>();

  constructor(entries: ReadonlyMap<number, ProcessEntry>) {
    this.entries = entries;
    for (const entry of entries.values()) {
      const siblings = this.children.get(entry.ppid);
      if (siblings) siblings.push(entry);
      else this.children.set(entry.ppid, [entry]);
    }
  }

  childrenOf(pid: number): readonly ProcessEntry[] {
    return this.children.get(pid) ?? [];
  }

  /** The process with this pid and this start time, zombies left out; undefined when it is gone or the pid has another owner now. */
  find(pid: number, startTicks: number): ProcessEntry | undefined {
    const entry = this.entries.get(pid);
    return entry && entry.startTicks === startTicks && entry.state !== "Z" ? entry : undefined;
  }

  /** `roots` and all that descends from them, each once, parents before children, zombies left out. */
  treeOf(roots: Iterable<number>): ProcessEntry[] {
    const tree: ProcessEntry[] = [];
    const seen = new Set<number>();
    const queue = [...roots];
    for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
      if (seen.has(pid)) continue;
      seen.add(pid);
      const entry = this.entries.get(pid);
      if (entry && entry.state !== "Z") tree.push(entry);
      for (const child of this.childrenOf(pid)) queue.push(child.pid);
    }
    return tree;
  }
}

/** All processes, now. */
export function readProcessTable(): ProcessTable {
  return new ProcessTable(process.platform === "linux" ? readProc() : readPs());
}

/** One process, or undefined when there is none with this pid. Linux: one file; elsewhere the whole table. */
export function readProcess(pid: number): ProcessEntry | undefined {
  if (process.platform === "linux") return readStat(pid);
  return readPs(pid).get(pid);
}

/**
 * The pids of this process's own children, zombies too, without looking at any other process; null where the kernel does
 * not tell (CONFIG_PROC_CHILDREN). Orphans that come to a subreaper come to its first thread.
 */
export function readOwnChildren(): number[] | null {
  try {
    const text = readFileSync(`/proc/self/task/${process.pid}/children`, "latin1");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return null;
  }
}

function readProc(): Map<number, ProcessEntry> {
  const entries = new Map<number, ProcessEntry>();
  for (const name of readdirSync("/proc")) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const entry = readStat(Number(name));
    if (entry) entries.set(entry.pid, entry);
  }
  return entries;
}

const buffer = Buffer.allocUnsafe(STAT_BYTES_MAX);

/** Reads a small file of /proc in one read; undefined when the process is gone. */
function readSmall(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer, 0, STAT_BYTES_MAX, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

function readStat(pid: number): ProcessEntry | undefined {
  const text = readSmall(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** Fields as in proc_pid_stat(5); the command may hold spaces and brackets, so fields are counted from the last bracket. */
export function parseStat(text: string): ProcessEntry | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < 0) return undefined;
  const fields = text.slice(close + 2).split(" ");
  const at = (field: number): number => Number(fields[field - 3]);
  return {
    pid: Number(text.slice(0, open)),
    command: text.slice(open + 1, close),
    state: fields[0] ?? "?",
    ppid: at(4),
    pgid: at(5),
    sid: at(6),
    cpuTicks: at(14) + at(15),
    threads: at(20),
    startTicks: at(22),
    residentBytes: at(24) * PAGE_BYTES,
  };
}

/** Memory of one process that no other shares, in bytes; 0 when it cannot be read. */
export function readPrivateBytes(pid: number): number {
  const fields = readSmall(`/proc/${pid}/statm`)?.split(" ");
  if (!fields) return 0;
  return Math.max(0, Number(fields[1]) - Number(fields[2])) * PAGE_BYTES;
}

const PS_COLUMNS = "pid=,ppid=,pgid=,sess=,stat=,rss=,time=,lstart=,comm=";

/** One `ps` call for all. LC_ALL=C keeps the date readable. */
function readPs(pid?: number): Map<number, ProcessEntry> {
  const args = pid === undefined ? ["-axo", PS_COLUMNS] : ["-o", PS_COLUMNS, "-p", String(pid)];
  const { stdout } = spawnSync("ps", args, {
    encoding: "utf8",
    env: { PATH: "/bin:/usr/bin", LC_ALL: "C" },
    maxBuffer: PS_OUTPUT_BYTES_MAX,
  });
  const entries = new Map<number, ProcessEntry>();
  for (const line of (stdout ?? "").split("\n")) {
    const entry = parsePsLine(line);
    if (entry) entries.set(entry.pid, entry);
  }
  return entries;
}

const PS_LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/;

/** One line of `ps -o pid=,ppid=,pgid=,sess=,stat=,rss=,time=,lstart=,comm=`. */
export function parsePsLine(line: string): ProcessEntry | undefined {
  const match = PS_LINE.exec(line);
  if (!match) return undefined;
  const [, pid, ppid, pgid, sess, stat, rss, time, started, command] = match as unknown as string[];
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    pgid: Number(pgid),
    // macOS prints an address or 0 here; the group stands in for the session.
    sid: /^\d+$/.test(sess ?? "") && sess !== "0" ? Number(sess) : Number(pgid),
    state: (stat ?? "?").charAt(0),
    startTicks: Math.floor(Date.parse(started ?? "") / 1000),
    cpuTicks: Math.round(parsePsTime(time ?? "") * TICKS_PER_SECOND),
    threads: 1,
    residentBytes: Number(rss) * 1024,
    command: (command ?? "").split("/").pop() ?? "",
  };
}

/** `[[dd-]hh:]mm:ss[.cc]` in seconds. */
function parsePsTime(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-") : ["0", text];
  const seconds = (clock ?? "").split(":").reduce((total, part) => total * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
