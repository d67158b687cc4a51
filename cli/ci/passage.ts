import type { HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import { Tail } from "../../runtime/ci/tail.ts";
import type { Context } from "../context.ts";
import type { Paint } from "../output/paint.ts";
import { renderStateLine } from "../output/state-lines.ts";
import { OutputClosed, writeFully } from "../output/stream.ts";
import { displayWidth } from "../output/width.ts";

export interface PassageOptions {
  /** Of all processes. */
  readonly names: readonly string[];
  readonly paint: Paint;
  /** Nobody reads any more. */
  readonly closed: () => void;
}

/** What NAME writes, passed on byte by byte, and on standard error how everybody fares. With `--json` standard output is the value's, and all of it goes to standard error. */
export class Passage {
  private readonly context: Context;
  private readonly options: PassageOptions;
  private readonly nameCells: number;
  private tail: Tail | null = null;
  private gone = false;

  constructor(context: Context, options: PassageOptions) {
    this.context = context;
    this.options = options;
    this.nameCells = Math.max(...options.names.map(displayWidth));
  }

  /** From now on, and all that was written before. */
  passOn(view: ProcessView | undefined): void {
    if (!view) return;
    const { out, err } = view.logs;
    this.tail = new Tail([
      { path: out, write: (bytes) => this.write(() => writeFully(this.context.json ? 2 : 1, bytes)) },
      { path: err, write: (bytes) => this.write(() => writeFully(2, bytes)) },
    ]);
  }

  change(entry: HistoryEntry): void {
    // The daemon is this run's own affair unless it fails.
    if (entry.name === null && (entry.cause.kind === "daemon-started" || entry.cause.kind === "daemon-ended")) return;
    // What a program wrote is in its log before its end is told.
    this.tail?.look();
    const line = renderStateLine(entry, this.nameCells, this.options.paint);
    if (line !== null) this.write(() => this.context.say(line));
  }

  close(): void {
    this.tail?.close();
  }

  private write(work: () => void): void {
    if (this.gone) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof OutputClosed)) throw error;
      this.gone = true;
      this.options.closed();
    }
  }
}
