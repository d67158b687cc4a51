import type { Client } from "./client.ts";
import type { CutOffLimit } from "./delivery.ts";
import { CLIENT_LIMITS } from "./limits.ts";

export const CUT_OFF_LIMITS = {
  /** So many are known at a time; the oldest go. */
  keptMax: 20,
  /** A person is warned of one for so long, milliseconds. */
  warnedMs: 60 * 60 * 1000,
  /** Lines in the log in a minute; how many more there were is said in the next one's first. */
  linesPerMinuteMax: 30,
} as const;

/** A client that the hub hung up on. */
export interface CutOff {
  readonly client: number;
  /** As CLIENT SETNAME gave it; an app's is its own. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Which limit, and by how much: a clause that begins with `it`. */
  readonly why: string;
}

type Named = Pick<Client, "id" | "name" | "address">;

const MINUTE_MS = 60_000;

/** Whom the hub hung up on, and why: who comes again asks for it (GHOST.HEALTH), and a person finds it in the log and in `ghost doctor`. */
export class CutOffs {
  private readonly kept: CutOff[] = [];
  private readonly report: (line: string) => void;
  private minute = 0;
  private lines = 0;

  /** `report` takes lines for the log. */
  constructor(report: (line: string) => void) {
    this.report = report;
  }

  /** A client did not read `bytes`, which is too much. `now`: milliseconds since 1970. */
  unread(client: Named, limit: CutOffLimit, bytes: number, now: number): void {
    this.note(client, whyUnread(limit, bytes), now);
  }

  /** A client sent what is no command, or too much: `text` is the error that it gets. */
  refused(client: Named, text: string, now: number): void {
    const [, what] = /^LIMIT (.*)$/s.exec(text) ?? [];
    if (what !== undefined) this.note(client, `it sent too much: ${what}`, now);
    // Whoever speaks another language is nobody's concern but his own.
    else this.tell(client, text, now);
  }

  /** As GHOST.HEALTH tells them, the newest last. */
  list(now: number): { client: number; name: string; agoMs: number; why: string }[] {
    return this.kept.map(({ at, ...one }) => ({ ...one, agoMs: Math.max(0, now - at) }));
  }

  /** One sentence for each name that was cut off lately, with the remedy in brackets. */
  warnings(now: number): string[] {
    const recent = this.kept.filter(({ at }) => now - at < CUT_OFF_LIMITS.warnedMs);
    return [...new Set(recent.map(({ name }) => name))].map((name) => warningOf(recent.filter((one) => one.name === name)));
  }

  private note(client: Named, why: string, now: number): void {
    this.kept.push({ client: client.id, name: client.name, at: now, why });
    if (this.kept.length > CUT_OFF_LIMITS.keptMax) this.kept.shift();
    this.tell(client, why, now);
  }

  private tell({ id, name, address }: Named, why: string, now: number): void {
    const line = `cut off the client ${name === "" ? `${id}, which has no name,` : name} at ${address}: ${why}`;
    const minute = Math.floor(now / MINUTE_MS);
    const more = minute === this.minute ? 0 : this.lines - CUT_OFF_LIMITS.linesPerMinuteMax;
    if (minute !== this.minute) this.lines = 0;
    this.minute = minute;
    if (more > 0) this.report(`cut off ${more} more clients in the minute that was told last`);
    if (++this.lines <= CUT_OFF_LIMITS.linesPerMinuteMax) this.report(line);
  }
}

function warningOf(ofOneName: readonly CutOff[]): string {
  const last = ofOneName[ofOneName.length - 1] as CutOff;
  const who = last.name === "" ? "a client without a name" : `the client ${last.name}`;
  const times = ofOneName.length === 1 ? "" : `${ofOneName.length} times, last `;
  return `the hub cut off ${who} ${times}at ${new Date(last.at).toISOString()}: ${last.why} (have it read faster, or be sent less at once)`;
}

function whyUnread(limit: CutOffLimit, bytes: number): string {
  const { subscriberBytesMax, subscriberBytesSoft, subscriberSlowMs, unsentBytesMax, allUnsentBytesMax } = CLIENT_LIMITS;
  switch (limit) {
    case "subscriberBytesMax": {
      const most = `${mebibytes(subscriberBytesMax)}, or ${mebibytes(subscriberBytesSoft)} for ${subscriberSlowMs / 1000} s`;
      return `it left ${mebibytes(bytes)} of messages unread, and a subscriber may leave ${most}`;
    }
    case "unsentBytesMax":
      return `it left ${mebibytes(bytes)} of replies unread, and a client may leave ${mebibytes(unsentBytesMax)}`;
    case "allUnsentBytesMax":
      return `it left ${mebibytes(bytes)} unread, more than any other, and all clients together may leave ${mebibytes(allUnsentBytesMax)}`;
    default:
      return limit satisfies never;
  }
}

/** e.g. `62.1 MiB`, `32 MiB`. */
function mebibytes(bytes: number): string {
  return `${Number((bytes / 1024 / 1024).toFixed(1))} MiB`;
}
