/**
 * The pump where there is no splice(2) or no FFI (Node, Deno, macOS): bytes are read and then written, on the main thread.
 * The same files, rotation and index as the thread's; but a SIGKILL between reading and writing loses what is in hand.
 */
import { closeSync, rmSync, statSync } from "node:fs";
import { readProcess } from "../process/table.ts";
import { Compressor } from "./compress.ts";
import { closeWriter, openPumpEnd, openWriter, prepareFifo, sameFifo } from "./fifo-ends.ts";
import { type FifoReader, readFifo } from "./fifo-reader.ts";
import { repairFiles } from "./file-set.ts";
import type { PumpCommand, PumpEvent } from "./messages.ts";
import { DRAIN_LIMIT_MS, type LogPump, type LogStreamTarget, type PumpStats } from "./pump.ts";
import { StreamWriter } from "./stream-writer.ts";
import { placeCompressed, uncompressedInodes } from "./worker/compressed-files.ts";
import { type FileLook, LiveFile } from "./worker/live-file.ts";
import { errorCode } from "./worker/system-error.ts";

/** How often watched processes are looked at, in milliseconds. */
const EXIT_POLL_MS = 250;

interface OpenStream {
  target: LogStreamTarget;
  readonly fd: number;
  readonly reader: FifoReader;
  readonly writer: StreamWriter;
}

/** Starts the pump. */
export function startStreamPump(): LogPump {
  return new StreamPump();
}

class StreamPump implements LogPump {
  onExit: LogPump["onExit"] = () => {};
  onEvent: LogPump["onEvent"] = () => {};
  onConnection: LogPump["onConnection"] = () => {};
  readonly closeWriter = closeWriter;
  readonly #streams = new Map<string, OpenStream>();
  readonly #watched = new Map<number, number>();
  readonly #counts = { movedBytes: 0, droppedBytes: 0, rotations: 0, moves: 0 };
  readonly #compressor = new Compressor(
    (command) => this.#compressed(command),
    (event) => this.onEvent(event),
  );
  readonly #look = new NodeLook();
  #poll: NodeJS.Timeout | undefined;

  open(target: LogStreamTarget): number {
    this.resume(target);
    return openWriter(target);
  }

  resume(target: LogStreamTarget): void {
    prepareFifo(target);
    const found = this.#streams.get(target.key);
    if (found && target.opened === undefined && sameFifo(found.fd, target.fifo)) return this.update(target);
    found?.reader.close();
    const fd = openPumpEnd(target);
    const tell = (event: PumpEvent): void => {
      if (event.kind === "rotated" && event.compress) this.#compressor.add(target.key, target.file, event.inode);
      this.onEvent(event);
    };
    // The file whose removal is to make room may be that of a stream which has nothing to write.
    const beforeRetry = (): void => {
      for (const stream of this.#streams.values()) stream.writer.releaseRemoved();
    };
    const writer = new StreamWriter(target.key, new LiveFile(target.file, this.#look), target, this.#counts, { tell, beforeRetry });
    this.#streams.set(target.key, {
      target,
      fd,
      writer,
      reader: readFifo(target.opened === undefined ? target.fifo : `/proc/self/fd/${fd}`, fd, (bytes) => writer.write(bytes)),
    });
    this.#prepareFiles(target);
  }

  update(target: LogStreamTarget): void {
    const stream = this.#streams.get(target.key);
    if (!stream) return;
    const compresses = target.compress && !stream.target.compress;
    stream.target = target;
    stream.writer.policy = target;
    if (compresses) this.#orTell(target.key, () => this.#compressOld(target));
  }

  async drain(key: string): Promise<void> {
    const stream = this.#streams.get(key);
    if (!stream || stream.writer.inTrouble) return;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_LIMIT_MS);
    });
    await Promise.race([stream.reader.settle(), limit]);
    clearTimeout(timer);
  }

  async close(key: string): Promise<void> {
    await this.drain(key);
    const stream = this.#streams.get(key);
    if (!stream) return;
    this.#streams.delete(key);
    this.#end(stream);
    rmSync(stream.target.fifo, { force: true });
  }

  watchExit(pid: number, startTicks: number): void {
    this.#watched.set(pid, startTicks);
    this.#poll ??= setInterval(() => this.#lookAtWatched(), EXIT_POLL_MS);
  }

  /** Where there is no thread nobody can wait for a connection without taking it. */
  watchListener(): boolean {
    return false;
  }

  unwatchListener(): void {}

  unwatchExit(pid: number): void {
    this.#watched.delete(pid);
    if (this.#watched.size > 0) return;
    clearInterval(this.#poll);
    this.#poll = undefined;
  }

  stats(): PumpStats {
    return { ...this.#counts, wakeups: 0, busyMs: 0, streams: this.#streams.size };
  }

  async stop(): Promise<void> {
    await this.#compressor.stop();
    await Promise.all([...this.#streams.keys()].map((key) => this.drain(key)));
    for (const stream of this.#streams.values()) this.#end(stream);
    this.#streams.clear();
    clearInterval(this.#poll);
  }

  #end({ reader, writer, fd }: OpenStream): void {
    writer.close();
    reader.close();
    try {
      closeSync(fd);
    } catch {
      // Node's socket has closed it with itself.
    }
  }

  #lookAtWatched(): void {
    for (const [pid, startTicks] of this.#watched) {
      const entry = readProcess(pid);
      if (entry && entry.startTicks === startTicks && entry.state !== "Z") continue;
      this.unwatchExit(pid);
      this.onExit(pid, null);
    }
  }

  /** Mends what a crash left, and has rotated files compressed that it left as they were. */
  #prepareFiles(target: LogStreamTarget): void {
    this.#orTell(target.key, () => {
      repairFiles(target.file);
      if (target.compress) this.#compressOld(target);
    });
  }

  #compressOld({ key, file }: LogStreamTarget): void {
    for (const inode of uncompressedInodes(file)) this.#compressor.add(key, file, inode);
  }

  #orTell(key: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.onEvent({ kind: "error", key, code: errorCode(error), message: (error as Error).message });
    }
  }

  #compressed(command: PumpCommand): void {
    const file = command.do === "compressed" && this.#streams.get(command.key)?.target.file;
    if (command.do === "compressed" && file) this.#orTell(command.key, () => placeCompressed(file, command.original, command.temporary));
  }
}

class NodeLook implements FileLook {
  size = 0;
  inode = -1;

  look(path: string): boolean {
    const found = statSync(path, { throwIfNoEntry: false });
    this.size = found?.size ?? 0;
    this.inode = found?.ino ?? -1;
    return found !== undefined;
  }
}
