import { type IndexRecords, lastRecordAt, timeAt } from "../../../core/logs/index-format.ts";

/** A place where bytes are missing. */
export interface IndexGap {
  readonly time: Date | null;
  readonly droppedBytes: number;
}

/** Walks along an index beside whoever reads the log from start to end. */
export class IndexCursor {
  readonly #records: IndexRecords;
  #next: number;
  #timeMs: number | null;
  #time: Date | null;

  /** `offset`: where reading begins. */
  constructor(records: IndexRecords, offset: number) {
    this.#records = records;
    this.#next = lastRecordAt(records, offset - 1) + 1;
    this.#timeMs = timeAt(records, offset - 1);
    this.#time = this.#timeMs === null ? null : new Date(this.#timeMs);
  }

  /** When the byte at the offset of the last `advance` arrived. */
  get time(): Date | null {
    return this.#time;
  }

  /** Goes on to `offset`, which must not be before the last one; gives the gaps that were passed. */
  advance(offset: number): readonly IndexGap[] {
    let gaps: IndexGap[] | undefined;
    for (let record = this.#records.at(this.#next); record && record.offset <= offset; record = this.#records.at(++this.#next)) {
      if (record.kind === "gap") (gaps ??= []).push({ time: this.#time, droppedBytes: record.droppedBytes });
      else this.#setTime(record.timeMs);
    }
    return gaps ?? NO_GAPS;
  }

  #setTime(timeMs: number): void {
    if (timeMs === this.#timeMs) return;
    this.#timeMs = timeMs;
    this.#time = new Date(timeMs);
  }
}

const NO_GAPS: readonly IndexGap[] = [];
