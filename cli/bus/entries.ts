import { type HubReply, listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { readShown } from "./envelope.ts";

/** An entry of a stream as it is shown. */
export interface StreamEntry {
  /** `<milliseconds>-<n>`. */
  readonly id: string;
  /** The data of Ghost's messages, which are one field `data`; else all fields. */
  readonly data: unknown;
  readonly from?: string;
}

/** The entries of an XRANGE. */
export function entriesOf(reply: HubReply): StreamEntry[] {
  return listOf(reply).map((entry) => {
    const [id, fields] = listOf(entry);
    return shownEntry(textOf(id) ?? "", listOf(fields));
  });
}

/** An entry of its names and values in turn. */
export function shownEntry(id: string, fields: readonly HubReply[]): StreamEntry {
  return { id, ...contentOf(fields) };
}

/** When an entry was added. */
export function entryTime(id: string): Date {
  return new Date(Number(id.split("-")[0]));
}

/** An object of a list of names and values in turn, as XINFO replies. */
export function pairsOf(reply: HubReply): Record<string, string | number | null> {
  const words = listOf(reply);
  const pairs: Record<string, string | number | null> = {};
  for (let index = 0; index + 1 < words.length; index += 2) {
    const value = words[index + 1];
    pairs[textOf(words[index]) ?? ""] = typeof value === "number" ? value : (textOf(value) ?? null);
  }
  return pairs;
}

function contentOf(fields: readonly HubReply[]): Omit<StreamEntry, "id"> {
  const payload = fields[1];
  if (fields.length !== 2 || textOf(fields[0]) !== "data" || !(payload instanceof Uint8Array)) return { data: pairsOf(fields) };
  const { data, from } = readShown("", payload);
  return from === undefined ? { data } : { data, from };
}
