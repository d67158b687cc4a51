import type { HistoryEntry } from "../../core/api/wire.ts";
import { gapText, isGap, type LogRecord, recordJson } from "../../core/logs/record.ts";
import type { Context } from "../context.ts";
import { appRecordText } from "../output/app-record.ts";
import { labelOf } from "../output/log-lines.ts";
import type { Paint } from "../output/paint.ts";
import { renderStateLine } from "../output/state-lines.ts";
import { withoutSteering } from "../output/steering.ts";
import { OutputClosed } from "../output/stream.ts";
import { pad } from "../output/width.ts";
import type { Shown } from "./in-order.ts";

/** Colours that tell processes apart; red and green already mean something. */
const NAME_COLOURS = ["cyan", "magenta", "blue", "yellow"] as const;

/** How the place is set up where logs and states go. */
export interface ScreenOptions {
  readonly context: Context;
  /** Of standard output and standard error. */
  readonly paint: Paint;
  readonly messagePaint: Paint;
  /** Cells of the longest name. */
  readonly nameCells: number;
  /** Nobody reads any more. */
  readonly closed: () => void;
}

/** Log lines on standard output, each under its process's name, and states on standard error between them. A reader that is gone is told once and written to no more. */
export class Screen implements Shown {
  private readonly options: ScreenOptions;
  private readonly colours = new Map<string, (text: string) => string>();
  private gone = false;

  constructor(options: ScreenOptions) {
    this.options = options;
  }

  records(records: readonly LogRecord[]): void {
    if (!this.gone && records.length > 0) this.write(() => this.options.context.print(...this.linesOf(records)));
  }

  /** With `--json` an event is a line of the stream like a log line. */
  state(entry: HistoryEntry): void {
    const { context, messagePaint, nameCells } = this.options;
    if (context.json) return this.write(() => context.print(JSON.stringify(entry)));
    const line = renderStateLine(entry, nameCells, messagePaint);
    if (line !== null) this.say(line);
  }

  say(...lines: readonly string[]): void {
    this.write(() => this.options.context.say(...lines));
  }

  private linesOf(records: readonly LogRecord[]): string[] {
    const { context, paint, nameCells } = this.options;
    if (context.json) return records.map(recordJson);
    const { isTerminal } = context.output;
    const shown = (line: string): string => (isTerminal ? (appRecordText(line, paint) ?? withoutSteering(line)) : line);
    return records.map((record) => {
      const label = labelOf(record, false);
      const mark = record.stream === "err" ? paint.red("!") : this.colourOf(label)("│");
      const text = isGap(record) ? paint.yellow(gapText(record.gap)) : shown(record.line);
      return `${this.colourOf(label)(pad(label, nameCells))} ${mark} ${text}`;
    });
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

  private colourOf(label: string): (text: string) => string {
    const { paint } = this.options;
    const colour = this.colours.get(label) ?? paint[NAME_COLOURS[this.colours.size % NAME_COLOURS.length] ?? "cyan"];
    this.colours.set(label, colour);
    return colour;
  }
}
