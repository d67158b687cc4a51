import { execFileSync } from "node:child_process";
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../rig/wait.ts";
import { LINE_BYTES, LOG_BYTES, logContent, logWriter, WRITER } from "../children.ts";
import type { Session } from "../session.ts";
import { cpuMs } from "../usage.ts";
import { settle } from "./pauses.ts";

/** How long the log may take, in milliseconds. */
const LOG_LIMIT_MS = 120_000;
/** How often the log's end is looked at, in milliseconds: far below the half second that a fast supervisor needs. */
const LOOK_MS = 2;
/** The least that a log with default rotation must still hold of what was written, in bytes. */
const KEPT_BYTES_MIN = 20_000_000;

/** How fast the lines got into the log, and at what cost. */
export interface LogReading {
  /** MB of 1,000,000 bytes per second, from the writer's first breath until the last line is in the file. */
  readonly megabytesPerSecond: number;
  /** CPU seconds of daemon and helpers per GB of 1,000,000,000 bytes. */
  readonly cpuSecondsPerGigabyte: number;
}

/** Has one child write its lines, and checks that what the log keeps of them is whole and in order. */
export async function logReading(session: Session): Promise<LogReading> {
  const content = logContent();
  const gate = await startWriter(session, content);
  try {
    const supervisors = session.supervisorPids();
    const [usedMs, startedMs] = [cpuMs(supervisors), performance.now()];
    writeSync(gate, "\n");
    await waitFor(() => holdsLastLine(session), { what: "the last line in the log", limitMs: LOG_LIMIT_MS, pauseMs: LOOK_MS });
    const tookMs = performance.now() - startedMs;
    const cpu = cpuMs(supervisors) - usedMs;
    await session.markers.take(1);
    checkKept(session, content);
    return { megabytesPerSecond: LOG_BYTES / 1e6 / (tookMs / 1000), cpuSecondsPerGigabyte: cpu / 1000 / (LOG_BYTES / 1e9) };
  } finally {
    closeSync(gate);
  }
}

/** Starts the writer and lets everything settle; it begins with the first line written to the descriptor that comes back. */
async function startWriter(session: Session, content: Buffer): Promise<number> {
  const [source, gate] = [join(session.place.base, "lines"), join(session.place.base, "gate")];
  writeFileSync(source, content);
  execFileSync("mkfifo", [gate]);
  await session.start(logWriter(session.place.base, session.markers.path, source, gate));
  await settle();
  return openSync(gate, constants.O_RDWR);
}

function holdsLastLine(session: Session): boolean {
  return session.setup
    .logFiles(WRITER)
    .slice(-2)
    .some((path) => endsWith(path, String(LOG_BYTES / LINE_BYTES).padStart(9, "0")));
}

function endsWith(path: string, number: string): boolean {
  if (!existsSync(path)) return false;
  const fd = openSync(path, "r");
  try {
    const line = Buffer.alloc(LINE_BYTES);
    const position = fstatSync(fd).size - LINE_BYTES;
    return (
      position >= 0 && readSync(fd, line, 0, LINE_BYTES, position) === LINE_BYTES && line.toString("latin1", 0, number.length) === number
    );
  } finally {
    closeSync(fd);
  }
}

function checkKept(session: Session, content: Buffer): void {
  const kept = Buffer.concat(session.setup.logFiles(WRITER).map((path) => readFileSync(path)));
  if (kept.length < KEPT_BYTES_MIN) throw new Error(`the log kept ${kept.length} bytes, fewer than rotation by default should`);
  if (!kept.equals(content.subarray(content.length - kept.length)))
    throw new Error(`the log's ${kept.length} bytes are not the last of what was written: lines are lost, torn or doubled`);
}
