/** One entry that the hub put aside, as it lies in a stream of dead letters. */
import { type HubReply, listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { type StreamEntry, shownEntry } from "./entries.ts";

/** What the hub adds to the words of an entry that it puts aside, in this order. */
const MARKS = ["origin", "id", "deliveries"];

/** An entry that was put aside. */
export interface DeadLetter extends StreamEntry {
  /** The stream that it was in, its id there, and how often it was handed out. */
  readonly origin: string;
  readonly entry: string;
  readonly deliveries: number;
  /** What its consumer said. */
  readonly reason?: string;
}

/** One with the words that it had in its own stream. */
export interface Kept {
  readonly id: string;
  /** Names and values in turn: its own, without the hub's. */
  readonly words: readonly HubReply[];
  readonly letter: DeadLetter;
}

/** Reads an entry of XRANGE; one that the hub did not put aside has no origin. */
export function readDead(reply: HubReply): Kept {
  const [id, fields] = listOf(reply);
  const words = [...listOf(fields)];
  const names = words.map((word, index) => (index % 2 === 0 ? textOf(word) : null));
  const hasReason = names.at(-2) === "reason";
  const from = words.length - 2 * (MARKS.length + (hasReason ? 1 : 0));
  const isMarked = from >= 0 && MARKS.every((mark, index) => names[from + 2 * index] === mark);
  const marks = isMarked ? words.splice(from) : [];
  const [, origin, , entry, , deliveries, , reason] = marks.map((word) => textOf(word) ?? "");
  const own = shownEntry(textOf(id) ?? "", words);
  const letter = { ...own, origin: origin ?? "", entry: entry ?? "", deliveries: Number(deliveries ?? 0) };
  return { id: own.id, words, letter: reason === undefined ? letter : { ...letter, reason } };
}

/** Whether the hub put this entry of XRANGE aside. */
export function isDead(reply: HubReply): boolean {
  return readDead(reply).letter.origin !== "";
}
