/** All streams of the pump's thread, by their key and by their slot in epoll. */
import { closeSync } from "node:fs";
import { EPOLLIN, type Epoll } from "../../system/epoll.ts";
import { repairFiles } from "../file-set.ts";
import type { PumpCommand, PumpEvent, RotationPolicy } from "../messages.ts";
import { placeCompressed, uncompressedInodes } from "./compressed-files.ts";
import { PathStat, type PumpLibc, pendingBytes } from "./linux.ts";
import { LiveFile } from "./live-file.ts";
import { openScratch } from "./mover.ts";
import { PipeSizes } from "./pipe-sizes.ts";
import { Stream, type StreamTools, TROUBLE_TICK_MS } from "./stream.ts";
import { errorCode } from "./system-error.ts";
import { RELEASE_MS } from "./trouble.ts";

type Told<Do> = Extract<PumpCommand, { do: Do }>;

export class StreamTable {
  readonly #libc: PumpLibc;
  readonly #epoll: Epoll;
  readonly #tools: StreamTools;
  readonly #look: PathStat;
  readonly #sizes = new PipeSizes();
  readonly #byKey = new Map<string, Stream>();
  readonly #bySlot = new Map<number, Stream>();
  readonly #troubled = new Set<Stream>();
  #nextSlot = 1;
  #releaseAtMs = 0;

  constructor(libc: PumpLibc, epoll: Epoll, counters: Float64Array, tell: (event: PumpEvent) => void) {
    this.#libc = libc;
    this.#epoll = epoll;
    this.#look = new PathStat(libc);
    this.#tools = {
      ...openScratch(libc),
      libc,
      counters,
      tell,
      rotated: ({ key, policy }, inode) => tell({ kind: "rotated", key, inode, compress: policy.compress && policy.maxFiles > 0 }),
      rotationFailed: ({ key }, error) =>
        tell({ kind: "error", key, code: errorCode(error), message: `cannot rotate: ${(error as Error).message}` }),
      readable: (stream, wanted) => this.#setReadable(stream, wanted),
    };
  }

  open({ key, fd, file, policy }: Told<"open">): void {
    if (this.#byKey.has(key)) this.close(key);
    const slot = this.#nextSlot++;
    const stream = new Stream(slot, key, fd, new LiveFile(file, this.#look), policy, this.#tools);
    this.#byKey.set(key, stream);
    this.#bySlot.set(slot, stream);
    this.#sizes.add(stream.mover);
    if (!this.#epoll.add(fd, EPOLLIN, slot))
      this.#tools.tell({ kind: "error", key, code: "FAILED", message: "the system cannot watch its pipe" });
    this.#prepareFiles(stream);
  }

  update(key: string, policy: RotationPolicy): void {
    const stream = this.#byKey.get(key);
    if (!stream) return;
    const compresses = policy.compress && !stream.mover.policy.compress;
    stream.mover.policy = policy;
    if (compresses) this.#orTell(key, () => this.#tellUncompressed(stream));
  }

  /** Moves what stands at the head of a FIFO that epoll told of; gives how full the pipe was, 0 to 1. */
  serve(slot: number, nowMs: number): number {
    const stream = this.#bySlot.get(slot);
    if (!stream) return 0;
    return this.#sizes.record(stream.mover, stream.flow(nowMs), nowMs);
  }

  /** Moves all bytes that are in the FIFO now. A stream in trouble is left as it is: nobody waits for a full disk. */
  drain(key: string): void {
    const stream = this.#byKey.get(key);
    if (stream) this.#drain(stream);
  }

  /** Drains, and forgets the stream. */
  close(key: string): void {
    const stream = this.#byKey.get(key);
    if (!stream) return;
    this.#drain(stream);
    this.#byKey.delete(key);
    this.#bySlot.delete(stream.slot);
    this.#troubled.delete(stream);
    this.#sizes.remove(stream.mover);
    this.#epoll.remove(stream.mover.fifo);
    closeSync(stream.mover.fifo);
    stream.mover.file.close();
  }

  closeAll(): void {
    for (const key of [...this.#byKey.keys()]) this.close(key);
  }

  /** A rotated file was compressed: the result takes its place. */
  compressed({ key, original, temporary }: Told<"compressed">): void {
    const file = this.#byKey.get(key)?.mover.file.path;
    // Without the stream nobody may rename its files; its next opening clears the temporary one away.
    if (file === undefined) return;
    this.#orTell(key, () => placeCompressed(file, original, temporary));
  }

  /** Milliseconds until `tick` has something to do; null when there is nothing. */
  waitMs(nowMs: number): number | null {
    return this.#troubled.size > 0 ? TROUBLE_TICK_MS : this.#sizes.waitMs(nowMs);
  }

  tick(nowMs: number): void {
    if (this.#troubled.size > 0 && nowMs >= this.#releaseAtMs) this.#releaseRemoved(nowMs);
    for (const stream of this.#troubled) stream.tick(nowMs);
    this.#sizes.tick(nowMs);
  }

  /** The file whose removal is to make room may be that of a stream which has nothing to write. */
  #releaseRemoved(nowMs: number): void {
    this.#releaseAtMs = nowMs + RELEASE_MS;
    for (const { mover } of this.#byKey.values()) mover.file.releaseRemoved();
  }

  #drain(stream: Stream): void {
    const { mover } = stream;
    let left = pendingBytes(this.#libc, mover.fifo);
    while (left > 0) {
      const moved = stream.flow(Date.now());
      if (moved === 0) return;
      left -= moved;
    }
  }

  #setReadable(stream: Stream, wanted: boolean): void {
    if (wanted) this.#troubled.delete(stream);
    else this.#troubled.add(stream);
    this.#epoll.change(stream.mover.fifo, wanted ? EPOLLIN : 0, stream.slot);
  }

  /** Mends what a crash left, and has rotated files compressed that it left as they were. */
  #prepareFiles(stream: Stream): void {
    const { key, file, policy } = stream.mover;
    this.#orTell(key, () => {
      repairFiles(file.path);
      if (policy.compress) this.#tellUncompressed(stream);
    });
  }

  #tellUncompressed({ mover: { key, file } }: Stream): void {
    for (const inode of uncompressedInodes(file.path)) this.#tools.tell({ kind: "rotated", key, inode, compress: true });
  }

  #orTell(key: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#tools.tell({ kind: "error", key, code: errorCode(error), message: (error as Error).message });
    }
  }
}
