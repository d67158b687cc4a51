/**
 * One stream of the pump and how it fares:
 *
 *   flowing ── the log cannot be written ──▶ blocked ── for BLOCK_MS ──▶ dropping
 *      ▲                                        │                          │
 *      └──────── it can be written again ───────┴──────────────────────────┘
 *
 * While blocked nothing is read, so that the writer waits in its write(2); while dropping, what it writes is thrown away
 * and counted, at a pace, and the log ends with a whole line. It goes on with a whole line, and the index tells of the gap.
 */
import { COUNTER, type PumpEvent, type RotationPolicy } from "../messages.ts";
import type { LiveFile } from "./live-file.ts";
import { Mover, type MoverTools } from "./mover.ts";
import { errorCode } from "./system-error.ts";
import { BLOCK_MS, hasRoom, RETRY_MS } from "./trouble.ts";

/** A gap in the middle of a line waits this long for the line's end before the next byte counts as a line's beginning, in milliseconds. */
const LINE_END_PATIENCE_MS = 1_000;
/** How often a stream in trouble wants to be looked at, in milliseconds: at one buffer of 64 KiB each time, dropping lets 3 MB a second pass. */
export const TROUBLE_TICK_MS = 20;

const NEWLINE = 10;

interface Trouble {
  readonly code: string;
  readonly sinceMs: number;
  retryAtMs: number;
  dropping: boolean;
  droppedBytes: number;
  /** True when the next byte in the FIFO begins a line. */
  atLineStart: boolean;
  lastByteMs: number;
}

export interface StreamTools extends MoverTools {
  tell(event: PumpEvent): void;
  /** Told when a stream stops or begins to be readable, so that it is (not) waited for. */
  readable(stream: Stream, wanted: boolean): void;
}

export class Stream {
  readonly slot: number;
  readonly mover: Mover;
  readonly #tools: StreamTools;
  #trouble: Trouble | null = null;

  constructor(slot: number, key: string, fifo: number, file: LiveFile, policy: RotationPolicy, tools: StreamTools) {
    this.slot = slot;
    this.#tools = tools;
    this.mover = new Mover(key, fifo, file, policy, tools);
  }

  /** True while the log cannot be written: `tick` is then to be called every `TROUBLE_TICK_MS`. */
  get inTrouble(): boolean {
    return this.#trouble !== null;
  }

  /** Moves what waits, once; gives the number of bytes, 0 also in trouble. Never throws. */
  flow(nowMs: number): number {
    if (this.#trouble) return 0;
    try {
      return this.mover.move(nowMs);
    } catch (error) {
      this.#begin(errorCode(error), (error as Error).message, nowMs);
      return 0;
    }
  }

  /** Tries again, or drops: what a stream in trouble does as time passes. */
  tick(nowMs: number): void {
    const trouble = this.#trouble;
    if (!trouble) return;
    if (nowMs >= trouble.retryAtMs) this.#retry(trouble, nowMs);
    if (!this.#trouble) return;
    if (!trouble.dropping && nowMs - trouble.sinceMs >= BLOCK_MS) this.#beginDropping(trouble, nowMs);
    if (trouble.dropping) this.#drop(trouble, nowMs);
  }

  #begin(code: string, message: string, nowMs: number): void {
    this.#trouble = {
      code,
      sinceMs: nowMs,
      retryAtMs: nowMs + RETRY_MS,
      dropping: false,
      droppedBytes: 0,
      atLineStart: false,
      lastByteMs: nowMs,
    };
    this.#tools.readable(this, false);
    this.#tools.tell({ kind: "error", key: this.mover.key, code, message });
  }

  #retry(trouble: Trouble, nowMs: number): void {
    trouble.retryAtMs = nowMs + RETRY_MS;
    if (!hasRoom(this.mover.file.path, trouble.code)) return;
    try {
      if (trouble.dropping && !this.#closeGap(trouble, nowMs)) return;
      this.mover.file.reopenIndex();
      this.mover.move(nowMs);
    } catch {
      return;
    }
    this.#trouble = null;
    this.#tools.readable(this, true);
    this.#tools.tell({ kind: "recovered", key: this.mover.key });
  }

  /** Records the gap; false when it cannot end yet, because a line is under way or the index cannot be written. */
  #closeGap(trouble: Trouble, nowMs: number): boolean {
    if (!trouble.atLineStart && !this.#dropRestOfLine(trouble, nowMs)) return false;
    const { key, file } = this.mover;
    const size = file.size();
    file.reopenIndex();
    if (!file.gap(size, trouble.droppedBytes)) return false;
    this.#tools.counters[COUNTER.droppedBytes]! += trouble.droppedBytes;
    this.#tools.tell({ kind: "gap", key, droppedBytes: trouble.droppedBytes });
    trouble.dropping = false;
    return true;
  }

  #dropRestOfLine(trouble: Trouble, nowMs: number): boolean {
    const seen = this.mover.peek();
    const end = seen.indexOf(NEWLINE);
    if (end === -1) return seen.length === 0 && nowMs - trouble.lastByteMs >= LINE_END_PATIENCE_MS;
    trouble.droppedBytes += this.mover.discard(end + 1).length;
    return true;
  }

  #beginDropping(trouble: Trouble, nowMs: number): void {
    trouble.dropping = true;
    trouble.lastByteMs = nowMs;
    try {
      trouble.droppedBytes += this.mover.file.cutUnfinishedLine();
    } catch {
      // The file cannot be reached at all, or not be cut: the line before the gap then stays unfinished.
    }
  }

  #drop(trouble: Trouble, nowMs: number): void {
    const dropped = this.mover.discard();
    if (dropped.length === 0) return;
    trouble.droppedBytes += dropped.length;
    trouble.lastByteMs = nowMs;
    trouble.atLineStart = dropped[dropped.length - 1] === NEWLINE;
  }
}
