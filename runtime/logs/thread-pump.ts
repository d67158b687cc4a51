/** The main thread's side of the pump's thread (`pump-worker.ts`). */
import { closeSync, rmSync, writeSync } from "node:fs";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { decodeWaitStatus } from "../process/subreaper.ts";
import { readProcess } from "../process/table.ts";
import { Compressor } from "./compress.ts";
import { closeWriter, openPumpEnd, openWriter, prepareFifo, sameFifo } from "./fifo-ends.ts";
import {
  COUNTER,
  COUNTERS,
  type PumpCommand,
  type PumpEvent,
  type PumpReport,
  type PumpWorkerData,
  type RotationPolicy,
} from "./messages.ts";
import { DRAIN_LIMIT_MS, type LogPump, type LogStreamTarget, type PumpStats } from "./pump.ts";
import { duplicate, openEventFd, openPidFd, type PumpLibc } from "./worker/linux.ts";
import { workerSource } from "./worker-source.ts";

/** `stop` and `close` wait this long for the thread, in milliseconds; a disk that hangs longer must not hold the daemon. */
const STOP_LIMIT_MS = 5_000;

const RING = new Uint8Array(new BigUint64Array([1n]).buffer);

/** Bun's own option: a smaller heap for the thread, which makes next to no garbage. */
const SMALL: object = { smol: true };

interface OpenStream {
  target: LogStreamTarget;
  /** The pump's end, which the thread owns and closes. */
  fd: number;
}

/** Starts the thread. */
export function startThreadPump(libc: PumpLibc): LogPump {
  return new ThreadPump(libc);
}

class ThreadPump implements LogPump {
  onExit: LogPump["onExit"] = () => {};
  onEvent: LogPump["onEvent"] = () => {};
  onConnection: LogPump["onConnection"] = () => {};
  readonly closeWriter = closeWriter;
  readonly #libc: PumpLibc;
  readonly #port: MessagePort;
  readonly #wakeFd: number;
  readonly #counters = new Float64Array(new SharedArrayBuffer(COUNTERS * Float64Array.BYTES_PER_ELEMENT));
  readonly #streams = new Map<string, OpenStream>();
  readonly #watched = new Set<number>();
  /** Listeners of which the thread has a descriptor of its own. */
  readonly #listeners = new Set<number>();
  readonly #waiting = new Map<number, () => void>();
  readonly #compressor: Compressor;
  #outbox: PumpCommand[] = [];
  #nextId = 1;
  /** The thread is gone, and the number of the descriptor that woke it may be somebody else's. */
  #stopped = false;

  constructor(libc: PumpLibc) {
    this.#libc = libc;
    this.#wakeFd = openEventFd(libc);
    this.#compressor = new Compressor(
      (command) => this.#send(command),
      (event) => this.onEvent(event),
    );
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: PumpWorkerData = { wakeFd: this.#wakeFd, port: port2, counters: this.#counters.buffer as SharedArrayBuffer };
    const worker = new Worker(workerSource, { ...SMALL, eval: typeof workerSource === "string", workerData, transferList: [port2] });
    worker.on("error", (error) => {
      // The thread handles every failure that can be expected: this one is a bug, and without a pump all processes would come to a stop.
      throw error;
    });
    port1.on("message", (report: PumpReport) => this.#receive(report));
  }

  open(target: LogStreamTarget): number {
    this.resume(target);
    return openWriter(target);
  }

  resume(target: LogStreamTarget): void {
    prepareFifo(target);
    const found = this.#streams.get(target.key);
    if (found && target.opened === undefined && sameFifo(found.fd, target.fifo)) return this.update(target);
    const fd = openPumpEnd(target);
    this.#streams.set(target.key, { target, fd });
    this.#send({ do: "open", key: target.key, fd, file: target.file, policy: policyOf(target) });
  }

  update(target: LogStreamTarget): void {
    const stream = this.#streams.get(target.key);
    if (!stream) return;
    const { maxSizeBytes, maxFiles, compress } = stream.target;
    const same = maxSizeBytes === target.maxSizeBytes && maxFiles === target.maxFiles && compress === target.compress;
    stream.target = target;
    if (!same) this.#send({ do: "update", key: target.key, policy: policyOf(target) });
  }

  async drain(key: string): Promise<void> {
    if (this.#streams.has(key)) await this.#ask((id) => ({ do: "drain", key, id }), DRAIN_LIMIT_MS);
  }

  async close(key: string): Promise<void> {
    const stream = this.#streams.get(key);
    if (!stream) return;
    this.#streams.delete(key);
    await this.#ask((id) => ({ do: "close", key, id }), STOP_LIMIT_MS);
    // Opened anew meanwhile: the FIFO is in use again.
    if (!this.#streams.has(key)) rmSync(stream.target.fifo, { force: true });
  }

  watchExit(pid: number, startTicks: number): void {
    this.#watched.add(pid);
    const pidfd = openPidFd(this.#libc, pid);
    // The descriptor holds on to the process: what the table says from here on is about it, or it is gone.
    if (pidfd !== -1 && readProcess(pid)?.startTicks === startTicks) return this.#send({ do: "watch", pid, pidfd });
    if (pidfd !== -1) closeSync(pidfd);
    queueMicrotask(() => this.#exited(pid, null));
  }

  unwatchExit(pid: number): void {
    if (this.#watched.delete(pid)) this.#send({ do: "unwatch", pid });
  }

  watchListener(fd: number): boolean {
    const copy = this.#listeners.has(fd) ? null : duplicate(this.#libc, fd);
    if (copy === -1) return false;
    this.#listeners.add(fd);
    this.#send({ do: "await", listener: fd, fd: copy });
    return true;
  }

  unwatchListener(fd: number): void {
    if (this.#listeners.delete(fd)) this.#send({ do: "unawait", listener: fd });
  }

  stats(): PumpStats {
    const at = (counter: keyof typeof COUNTER) => this.#counters[COUNTER[counter]] ?? 0;
    const busySince = at("busySinceMs");
    return {
      movedBytes: at("movedBytes"),
      droppedBytes: at("droppedBytes"),
      rotations: at("rotations"),
      moves: at("splices"),
      wakeups: at("wakeups"),
      busyMs: busySince === 0 ? 0 : Math.max(0, Date.now() - busySince),
      streams: this.#streams.size,
    };
  }

  async stop(): Promise<void> {
    await this.#compressor.stop();
    await this.#ask((id) => ({ do: "stop", id }), STOP_LIMIT_MS);
    this.#stopped = true;
    this.#streams.clear();
    this.#port.close();
    closeSync(this.#wakeFd);
  }

  /** Commands of one turn go together: a message and a ring for each would be a quarter of what a thousand starts cost. */
  #send(command: PumpCommand): void {
    this.#outbox.push(command);
    if (this.#outbox.length > 1) return;
    queueMicrotask(() => {
      if (this.#stopped) return;
      this.#port.postMessage(this.#outbox);
      this.#outbox = [];
      writeSync(this.#wakeFd, RING);
    });
  }

  #ask(command: (id: number) => PumpCommand, limitMs: number): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.#waiting.set(id, done);
      this.#send(command(id));
    });
  }

  #receive(report: PumpReport): void {
    switch (report.report) {
      case "done":
        return this.#waiting.get(report.id)?.();
      case "event":
        return this.#happened(report.event);
      case "exit":
        return this.#exited(report.pid, report.status);
      case "connection":
        if (this.#listeners.has(report.listener)) this.onConnection(report.listener);
        return;
      default:
        report satisfies never;
    }
  }

  #happened(event: PumpEvent): void {
    const target = this.#streams.get(event.key)?.target;
    if (event.kind === "rotated" && event.compress && target) this.#compressor.add(target.key, target.file, event.inode);
    this.onEvent(event);
  }

  #exited(pid: number, status: number | null): void {
    if (this.#watched.delete(pid)) this.onExit(pid, status === null ? null : decodeWaitStatus(status));
  }
}

function policyOf({ maxSizeBytes, maxFiles, compress }: LogStreamTarget): RotationPolicy {
  return { maxSizeBytes, maxFiles, compress };
}
