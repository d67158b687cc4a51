import type { LogRecord } from "../../../core/logs/record.ts";

/**
 * Streams that are followed are read one beside the other: a line that was written while they were read may be seen before an older one of another
 * stream, which was read a moment earlier. So a line that is not older than its round waits for the next one, by which all streams were read again; never longer,
 * whatever the clock does. One for each stream.
 */
export class HoldBack {
  private held: readonly LogRecord[] = [];

  /** What is to be given of a stream in a round that began at `beganMs` (milliseconds since 1970; infinity: all of it), in its order. */
  take(batch: readonly LogRecord[], beganMs: number): readonly LogRecord[] {
    let end = batch.length;
    while (end > 0 && timeOf(batch[end - 1]) >= beganMs) end--;
    const ready = this.held.length === 0 && end === batch.length ? batch : [...this.held, ...batch.slice(0, end)];
    this.held = batch.slice(end);
    return ready;
  }

  /** Whether something waits for the next round. */
  get isHolding(): boolean {
    return this.held.length > 0;
  }
}

function timeOf(record: LogRecord | undefined): number {
  return record?.time?.getTime() ?? Number.NEGATIVE_INFINITY;
}
