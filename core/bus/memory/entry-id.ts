/** The place of an entry in a stream: when it came, and the how manieth of that millisecond it is. */
export interface EntryId {
  readonly ms: number;
  readonly count: number;
}

/** `MS-COUNT`. */
export function idText({ ms, count }: EntryId): string {
  return `${ms}-${count}`;
}

/** Reads an id; without a count it gets `missing`. `-` is the first and `+` the last there can be. */
export function parseId(text: string, missing: number): EntryId {
  if (text === "-") return { ms: 0, count: 0 };
  if (text === "+") return { ms: Number.MAX_SAFE_INTEGER, count: Number.MAX_SAFE_INTEGER };
  const [ms, count] = text.split("-");
  return { ms: Number(ms), count: count === undefined ? missing : Number(count) };
}

/** Whether one stands before the other. */
export function idBefore(one: EntryId, other: EntryId): boolean {
  return one.ms < other.ms || (one.ms === other.ms && one.count < other.count);
}
