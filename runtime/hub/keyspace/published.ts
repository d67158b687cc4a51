/** Ids of persistent messages that came of late, on disk, so that one that is sent again is taken once. */
import { bytesOf, latin1Of } from "../server/arguments.ts";
import type { Keyspace } from "./keyspace.ts";
import type { StreamId } from "./stream-id.ts";

export const DEDUPE_LIMITS = {
  /** How long an id is remembered, milliseconds. */
  windowMs: 120_000,
  /** Ids remembered at once, of all channels together; the oldest go first, be they still young. */
  idsMax: 1_000_000,
  /** An id, bytes. */
  idBytesMax: 256,
  /** Old ids that each new one removes. */
  removedAtOnce: 8,
} as const;

export class Published {
  private readonly keyspace: Keyspace;

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
  }

  /** The entry that a message became in a stream; null: it is not known. */
  find(object: number, message: string): StreamId | null {
    const row = this.keyspace.db.get<{ entry: Uint8Array }>("SELECT entry FROM published WHERE object = ? AND message = ? AND at > ?", [
      object,
      bytesOf(message),
      this.keyspace.now() - DEDUPE_LIMITS.windowMs,
    ]);
    return row ? latin1Of(row.entry) : null;
  }

  /** Remembers a message. */
  add(object: number, message: string, entry: StreamId): void {
    const now = this.keyspace.now();
    this.keyspace.run("INSERT OR REPLACE INTO published (object, message, entry, at) VALUES (?, ?, ?, ?)", [
      ...[object, bytesOf(message)],
      ...[bytesOf(entry), now],
    ]);
    this.keyspace.run(
      `DELETE FROM published WHERE number IN (SELECT number FROM published ORDER BY number LIMIT ${DEDUPE_LIMITS.removedAtOnce})
        AND (at <= ? OR number <= (SELECT max(number) FROM published) - ${DEDUPE_LIMITS.idsMax})`,
      [now - DEDUPE_LIMITS.windowMs],
    );
  }
}
