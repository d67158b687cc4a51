/** Compresses rotated files one after the other, in the background. The thread that rotates puts the result in its place, since only it knows the number by then. */
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { logPath, numberOfInode, temporaryPath } from "./file-set.ts";
import { LOG_MODE } from "./log-mode.ts";
import type { PumpCommand, PumpEvent } from "./messages.ts";

/** Files that wait to be compressed; beyond, the oldest wait is given up, and the file stays as it is until its stream is opened anew. */
const QUEUE_MAX = 1_000;

interface Job {
  readonly key: string;
  readonly file: string;
  readonly inode: number;
}

export class Compressor {
  readonly #send: (command: PumpCommand) => void;
  readonly #tell: (event: PumpEvent) => void;
  readonly #queue: Job[] = [];
  readonly #abort = new AbortController();
  #running: Promise<void> | null = null;
  #nextTemporary = 1;

  constructor(send: (command: PumpCommand) => void, tell: (event: PumpEvent) => void) {
    this.#send = send;
    this.#tell = tell;
  }

  /** Compresses the rotated file of stream `key` (whose live file is `file`) that has this inode, when its turn comes. */
  add(key: string, file: string, inode: number): void {
    this.#queue.push({ key, file, inode });
    if (this.#queue.length > QUEUE_MAX) this.#queue.shift();
    this.#running ??= this.#work();
  }

  /** Gives up what is under way; the next start compresses it. */
  async stop(): Promise<void> {
    this.#queue.length = 0;
    this.#abort.abort();
    await this.#running;
  }

  async #work(): Promise<void> {
    for (let job = this.#queue.shift(); job; job = this.#queue.shift()) await this.#compress(job);
    this.#running = null;
  }

  async #compress({ key, file, inode }: Job): Promise<void> {
    const temporary = temporaryPath(file, this.#nextTemporary++);
    try {
      await using source = await openByInode(file, inode);
      if (!source) return;
      const { size, mtime, mtimeMs } = await source.stat();
      await this.#write(source, temporary);
      await keepTime(temporary, mtime);
      this.#send({ do: "compressed", key, original: { inode, bytes: size, changedMs: mtimeMs }, temporary });
    } catch (error) {
      rmSync(temporary, { force: true });
      if (this.#abort.signal.aborted) return;
      const { code = "FAILED", message } = error as NodeJS.ErrnoException;
      this.#tell({ kind: "error", key, code, message: `cannot compress: ${message}` });
    }
  }

  async #write(source: FileHandle, temporary: string): Promise<void> {
    const { createGzip } = await import("node:zlib");
    const target = createWriteStream(temporary, { mode: LOG_MODE });
    await pipeline(createReadStream("", { fd: source, autoClose: false }), createGzip(), target, { signal: this.#abort.signal });
  }
}

/** The compressed file is as old as the log, and safe on disk before the log is removed. */
async function keepTime(path: string, mtime: Date): Promise<void> {
  await using file = await open(path, "r+");
  await file.utimes(mtime, mtime);
  await file.sync();
}

/** Between finding and opening it may have moved on. */
async function openByInode(file: string, inode: number) {
  for (let number = numberOfInode(file, inode); number; number = numberOfInode(file, inode)) {
    const found = await open(logPath(file, number), "r").catch(() => null);
    if ((await found?.stat())?.ino === inode) return found;
    await found?.close();
  }
  return null;
}
