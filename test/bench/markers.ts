import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, read, writeSync } from "node:fs";

/** Room for what arrives at once, in bytes: a pipe's whole content. */
const READ_BYTES = 65_536;
/** How long children may take to say something, in milliseconds. */
const MARKER_LIMIT_MS = 180_000;

/** A line that a child wrote, and when it was read, on the clock of `performance.now()`, in milliseconds. */
export interface Marker {
  readonly line: string;
  readonly atMs: number;
}

interface Waiter {
  readonly count: number;
  readonly resolve: (markers: readonly Marker[]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Hears what children say of themselves, through a FIFO: one line each, short enough to be written whole. From the child's write
 * to the time stamp it takes about 0.03 ms, with the event loop idle.
 */
export class Markers {
  readonly path: string;
  private readonly fd: number;
  private readonly buffer = Buffer.alloc(READ_BYTES);
  private readonly heard: Marker[] = [];
  private waiter: Waiter | null = null;
  private rest = "";
  private closed = false;

  /** Makes the FIFO at this path and begins to listen. */
  constructor(path: string) {
    execFileSync("mkfifo", [path]);
    this.path = path;
    // Open for writing too: it never comes to an end, and no child waits for a reader.
    this.fd = openSync(path, constants.O_RDWR);
    this.listen();
  }

  /** The next `count` markers in order of arrival; an error when they do not come in time. One may ask at a time. */
  take(count: number): Promise<readonly Marker[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp("in time"), MARKER_LIMIT_MS);
      this.waiter = { count, resolve, reject, timer };
      this.serve();
    });
  }

  /** Stops listening; whoever waits gets an error. */
  close(): void {
    this.giveUp("before the end");
    this.closed = true;
    // The pending read blocks in a thread: this is what it gets.
    writeSync(this.fd, "\n");
  }

  private listen(): void {
    read(this.fd, this.buffer, 0, READ_BYTES, null, (error, bytes) => {
      const atMs = performance.now();
      if (this.closed || error) return closeSync(this.fd);
      this.hear(this.buffer.toString("latin1", 0, bytes), atMs);
      this.listen();
    });
  }

  private hear(text: string, atMs: number): void {
    const lines = `${this.rest}${text}`.split("\n");
    this.rest = lines.pop() ?? "";
    this.heard.push(...lines.map((line) => ({ line, atMs })));
    this.serve();
  }

  private serve(): void {
    if (this.waiter === null || this.heard.length < this.waiter.count) return;
    const { count, resolve, timer } = this.waiter;
    this.waiter = null;
    clearTimeout(timer);
    resolve(this.heard.splice(0, count));
  }

  private giveUp(when: string): void {
    if (this.waiter === null) return;
    const { count, reject, timer } = this.waiter;
    this.waiter = null;
    clearTimeout(timer);
    reject(new Error(`only ${this.heard.length} of ${count} children have said that they run ${when}`));
  }
}
