import type { HistoryEntry } from "../../core/api/wire.ts";
import { isGap, type LogRecord } from "../../core/logs/record.ts";

/** Where things are shown, each at once. */
export interface Shown {
  /** Several, because writing each by itself would slow a flood down. */
  records(records: readonly LogRecord[]): void;
  state(entry: HistoryEntry): void;
  say(...lines: readonly string[]): void;
}

/**
 * Everything is held back for so long, in ms: lines come through files and changes through the daemon, and what was first may come last. Lines take up to
 * 50 ms, changes 10 ms, and on a busy machine a few times that.
 */
const HOLD_MS = 100;
/** A start is told by so much earlier, in ms, as far as no other change was between: a busy daemon may note it when the program has long written. */
const START_LEAD_MS = 20;
/** How often one looks whether something was held for long enough, in ms. */
const LOOK_MS = 20;
/** In a flood so much is held back at most, in characters. */
const HELD_CHARACTERS_MAX = 4 * 1024 * 1024;
/** What a line counts beyond its characters: an empty one takes memory as well. */
const LINE_CHARACTERS = 64;

interface Held {
  /** When it happened, in ms since 1970, and what of several things in one ms was first: a start, what is written, an end. */
  readonly atMs: number;
  readonly rank: number;
  /** It is shown then, if not before. */
  readonly dueMs: number;
  readonly characters: number;
  /** A line, or how it is shown. */
  readonly what: LogRecord | (() => void);
}

/** Puts log lines, changes of state and messages into the order in which they happened. Lines of one stream keep theirs, and so do changes, also when the clock is set back. */
export class InOrder {
  private readonly shown: Shown;
  private readonly now: () => number;
  private readonly latest = new Map<string, { readonly atMs: number; readonly rank: number }>();
  private held: Held[] = [];
  private characters = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `now`: ms since 1970. */
  constructor(shown: Shown, now: () => number = Date.now) {
    this.shown = shown;
    this.now = now;
  }

  /** A line whose time is not known stays behind the one before it. */
  record(record: LogRecord): void {
    const stream = `${record.project}/${record.name}:${record.instance} ${record.stream}`;
    const characters = isGap(record) ? 0 : record.line.length;
    this.hold(stream, record.time?.getTime() ?? 0, 1, record, characters);
    if (this.characters > HELD_CHARACTERS_MAX) this.flush();
  }

  state(entry: HistoryEntry): void {
    const started = entry.cause.kind === "spawned";
    this.hold("", Date.parse(entry.time) - (started ? START_LEAD_MS : 0), started ? 0 : 2, () => this.shown.state(entry));
  }

  say(...lines: readonly string[]): void {
    this.hold(" ", this.now(), 2, () => this.shown.say(...lines));
  }

  /** Shows all that is held back. */
  flush(): void {
    this.release(Number.POSITIVE_INFINITY);
  }

  private hold(source: string, happenedMs: number, firstRank: number, what: Held["what"], length = 0): void {
    const now = this.now();
    const before = this.latest.get(source) ?? { atMs: 0, rank: 0 };
    const atMs = Math.max(happenedMs, before.atMs);
    const rank = atMs === before.atMs ? Math.max(firstRank, before.rank) : firstRank;
    this.latest.set(source, { atMs, rank });
    // One from the future, as the clock was set back, waits no longer than the others.
    const characters = LINE_CHARACTERS + length;
    this.characters += characters;
    this.held.push({ atMs, rank, dueMs: Math.min(atMs, now) + HOLD_MS, characters, what });
    this.timer ??= setTimeout(() => this.look(), LOOK_MS);
  }

  private look(): void {
    this.timer = undefined;
    this.release(this.now());
    if (this.held.length > 0) this.timer ??= setTimeout(() => this.look(), LOOK_MS);
  }

  /** Shows what is due then, and all that happened before it. */
  private release(now: number): void {
    // Most come in their order, and sorting keeps the order of what is alike.
    const sorted = this.held.sort((a, b) => a.atMs - b.atMs || a.rank - b.rank);
    const end = sorted.findLastIndex(({ dueMs }) => dueMs <= now) + 1;
    this.held = sorted.slice(end);
    const lines: LogRecord[] = [];
    for (let index = 0; index < end; index++) {
      const { characters, what } = sorted[index] as Held;
      this.characters -= characters;
      if (typeof what !== "function") lines.push(what);
      else {
        this.shown.records(lines.splice(0));
        what();
      }
    }
    this.shown.records(lines);
  }
}
