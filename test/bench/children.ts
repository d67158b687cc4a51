import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workload } from "./contenders/contender.ts";

/** How long one line of the log measure is, its line feed included, in bytes. */
export const LINE_BYTES = 100;
/** How much is written, in bytes. */
export const LOG_BYTES = 200_000_000;
/** The process that writes the log. */
export const WRITER = "writer";

/** Says its pid when it runs, then becomes something that does nothing: the pid stays. */
const IDLE = 'echo $$ >"$1"\nexec sleep 1000000\n';
/**
 * Says its pid, waits at the gate, writes, says when all is written, and stays. 4 KiB at a time is what a program's buffered output to a pipe
 * comes in (stdio's buffer there); larger blocks would make any supervisor look fast.
 */
const WRITE = 'echo $$ >"$1"\nread -r _ <"$3"\ndd if="$2" bs=4096 status=none\necho end >"$1"\nexec sleep 1000000\n';

/** `count` children that do nothing; each writes its pid to the FIFO when it runs. */
export function idleChildren(folder: string, fifo: string, count: number): Workload {
  const script = join(folder, "idle.sh");
  writeFileSync(script, IDLE);
  const names = Array.from({ length: count }, (_, index) => `idle${String(index).padStart(4, "0")}`);
  return { names, argv: ["/bin/sh", script, fifo] };
}

/** One child that writes the file to its stdout as fast as it is taken, once a line comes from the gate (a FIFO); the FIFO hears its pid, then `end`. */
export function logWriter(folder: string, fifo: string, source: string, gate: string): Workload {
  const script = join(folder, "write.sh");
  writeFileSync(script, WRITE);
  return { names: [WRITER], argv: ["/bin/sh", script, fifo, source, gate] };
}

/** Numbered lines of `LINE_BYTES` each, `LOG_BYTES` in all: no two alike, so that what is lost, torn or doubled shows. */
export function logContent(): Buffer {
  const content = Buffer.alloc(LOG_BYTES, "x");
  for (let offset = 0; offset < LOG_BYTES; offset += LINE_BYTES) {
    content.write(`${String(offset / LINE_BYTES + 1).padStart(9, "0")} `, offset, "latin1");
    content[offset + LINE_BYTES - 1] = 0x0a;
  }
  return content;
}
