/** The options of XADD and XTRIM, and trimming. */

import type { Stream } from "../keyspace/stream.ts";
import { type ParsedId, parseId, type StreamId } from "../keyspace/stream-id.ts";
import type { Streams } from "../keyspace/streams.ts";
import { type Arguments, isWord, textAt, wordAt } from "../server/arguments.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";
import { BAD_ID, idAt } from "./stream-words.ts";

/** Redis trims by nodes of its own, of so many entries, where `~` lets it; so do we. */
const NODE_ENTRIES = 100;
/** Entries that `~` removes at most, unless LIMIT says otherwise. */
const LIMIT_ENTRIES = 100 * NODE_ENTRIES;

export interface Trim {
  readonly entriesMax: number | null;
  readonly before: StreamId | null;
  readonly isRough: boolean;
  /** 0: as many as there are. */
  readonly limit: number;
}

export interface AddOptions {
  readonly trim: Trim | null;
  readonly makesStream: boolean;
  /** Null: `*`. */
  readonly id: ParsedId | null;
  /** Where the id is. */
  readonly index: number;
}

/** Reads the options from the third word on; of XADD until its id. */
export function readOptions(args: Arguments, isAdd: boolean): AddOptions {
  if (isAdd && isWord(args, 2, "*")) return NO_OPTIONS;
  const options = new OptionReader(args);
  let index = 2;
  let id: ParsedId | null = null;
  let makesStream = true;
  for (; index < args.count; index++) {
    const word = wordAt(args, index);
    const more = args.count - 1 - index;
    if (isAdd && word === "*") break;
    if ((word === "MAXLEN" || word === "MINID") && more > 0) index = options.trim(word, index);
    else if (word === "LIMIT" && more > 0) options.readLimit(++index);
    else if (isAdd && word === "NOMKSTREAM") makesStream = false;
    else if (isAdd) {
      id = parseId(textAt(args, index), true) ?? refuse(BAD_ID);
      break;
    } else refuse(SYNTAX);
  }
  return { trim: options.whole(isAdd), makesStream, id, index };
}

const NO_OPTIONS: AddOptions = { trim: null, makesStream: true, id: null, index: 2 };

class OptionReader {
  private readonly args: Arguments;
  private entriesMax: number | null = null;
  private before: StreamId | null = null;
  private isRough = false;
  private limit: number | null = null;

  constructor(args: Arguments) {
    this.args = args;
  }

  trim(word: "MAXLEN" | "MINID", at: number): number {
    if (this.entriesMax !== null || this.before !== null)
      refuse("ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    let index = at + 1;
    const sign = textAt(this.args, index);
    const hasSign = (sign === "~" || sign === "=") && this.args.count - 1 > index;
    this.isRough = hasSign && sign === "~";
    if (hasSign) index++;
    if (word === "MINID") this.before = idAt(this.args, index);
    else {
      this.entriesMax = integerAt(this.args, index);
      if (this.entriesMax < 0) refuse("ERR The MAXLEN argument must be >= 0.");
    }
    return index;
  }

  readLimit(index: number): void {
    this.limit = integerAt(this.args, index);
    if (this.limit < 0) refuse("ERR The LIMIT argument must be >= 0.");
  }

  whole(isAdd: boolean): Trim | null {
    const { entriesMax, before, isRough, limit } = this;
    const isTrim = entriesMax !== null || before !== null;
    if (limit && !isTrim) refuse("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    if (!isAdd && !isTrim) refuse("ERR syntax error, XTRIM must be called with at least one option");
    if (limit !== null && !isRough) refuse("ERR syntax error, LIMIT cannot be used without the special ~ option");
    return isTrim ? { entriesMax, before, isRough, limit: limit ?? (isRough ? LIMIT_ENTRIES : 0) } : null;
  }
}

/** Removes the oldest entries; gives how many. */
export function trimStream(streams: Streams, stream: Stream, trim: Trim): number {
  const excess =
    trim.before === null
      ? Math.max(0, stream.length - (trim.entriesMax ?? 0))
      : streams.countBefore(stream, trim.before, trim.limit > 0 ? trim.limit + 1 : Number.POSITIVE_INFINITY);
  const count = trim.isRough ? roughly(excess, stream.length, trim.limit) : excess;
  if (count > 0) streams.removeFirst(stream, count);
  return count;
}

function roughly(excess: number, length: number, limit: number): number {
  const whole = excess === length ? length : excess - (excess % NODE_ENTRIES);
  return limit > 0 && whole > limit ? limit - (limit % NODE_ENTRIES) : whole;
}
