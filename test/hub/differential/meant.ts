/** What differs on purpose, by the table in runtime/hub/README.md: a sequence ends there, and nothing is told. */
import type { Arrival } from "../wire/connection.ts";
import type { Reply } from "../wire/reply.ts";

/** One stream named twice: Redis answers once or not at all, the hub at each place. */
export function readsTwice(words: readonly string[]): boolean {
  if (!/^XREAD(?:GROUP)?$/i.test(words[0] ?? "")) return false;
  const named = words.slice(words.findIndex((word) => /^STREAMS$/i.test(word)) + 1);
  const keys = named.slice(0, Math.floor(named.length / 2));
  return new Set(keys).size < keys.length;
}

/** A reader waited, and what came was trimmed away by the same XADD: Redis gives it empty lists, the hub has it wait on. */
export function isTrimmedAway(words: readonly string[], arrival: Arrival): boolean {
  if (!/^XREAD(?:GROUP)?$/i.test(words[0] ?? "") || !words.some((word) => /^BLOCK$/i.test(word)) || !("items" in arrival)) return false;
  const lists = arrival.kind === "map" ? arrival.items.filter((_, index) => index % 2 === 1) : arrival.items.map(entriesOf);
  return lists.length > 0 && lists.every((list) => list !== undefined && "items" in list && list.items.length === 0);
}

/** Of `[name, entries]`. */
function entriesOf(pair: Reply): Reply | undefined {
  return "items" in pair ? pair.items[1] : undefined;
}
