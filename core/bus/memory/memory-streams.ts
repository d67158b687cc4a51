import { GhostError } from "../../errors/ghost-error.ts";
import type { Payload } from "../envelope.ts";
import type { KeepOptions, StreamEntry, TakeRequest, Taker } from "../port.ts";
import type { Clock } from "../session/transport.ts";
import { type EntryId, idBefore, idText, parseId } from "./entry-id.ts";

/** How long messages are kept unless their publisher says otherwise, in ms. */
const RETAIN_MS = 7 * 86_400_000;
/** Two messages with one id within this time are one, in ms. */
const DUPLICATE_WINDOW_MS = 120_000;

interface Entry {
  readonly id: EntryId;
  readonly payload: Payload;
}

interface Pending {
  readonly entry: Entry;
  deliveredAtMs: number;
  /** After which it comes again, as its member asked; null: after the taker's own time. */
  delayMs: number | null;
  deliveries: number;
}

interface Group {
  last: EntryId;
  readonly pending: Map<string, Pending>;
}

interface Stream {
  entries: Entry[];
  /** How long entries are kept, and how many: the last publisher's word, for all of the channel. */
  retainMs: number;
  entriesMax: number;
  last: EntryId;
  readonly groups: Map<string, Group>;
  /** Ids of messages that came of late, and where they are. */
  readonly recent: Map<string, { readonly entryId: string; readonly atMs: number }>;
  /** Who waits for something to take. */
  readonly waiting: Set<() => void>;
}

/** Persistent messages as the hub keeps them, in memory. */
export class MemoryStreams {
  private readonly clock: Clock;
  private readonly streams = new Map<string, Stream>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(channel: string, payload: Payload, { id, retentionMs, maxLength }: KeepOptions): { entryId: string; isDuplicate: boolean } {
    const stream = this.find(channel);
    const now = this.clock.now();
    for (const [old, { atMs }] of stream.recent) {
      if (atMs + DUPLICATE_WINDOW_MS > now) break;
      stream.recent.delete(old);
    }
    const known = stream.recent.get(id);
    if (known) return { entryId: known.entryId, isDuplicate: true };
    stream.retainMs = retentionMs ?? stream.retainMs;
    stream.entriesMax = maxLength ?? stream.entriesMax;
    const entryId = this.append(stream, payload);
    stream.recent.set(id, { entryId, atMs: now });
    return { entryId, isDuplicate: false };
  }

  createGroup(channel: string, name: string, from: string): void {
    const stream = this.find(channel);
    if (!stream.groups.has(name)) stream.groups.set(name, { last: from === "$" ? stream.last : parseId(from, 0), pending: new Map() });
  }

  acknowledge(channel: string, group: string, entryId: string): boolean {
    return this.find(channel).groups.get(group)?.pending.delete(entryId) ?? false;
  }

  /** Hands an entry out again after `delayMs`; null: as if it had been handed out now. */
  hold(channel: string, group: string, entryId: string, delayMs: number | null): void {
    const stream = this.find(channel);
    const pending = stream.groups.get(group)?.pending.get(entryId);
    if (!pending) return;
    pending.deliveredAtMs = this.clock.now();
    pending.delayMs = delayMs;
    this.wake(stream);
  }

  /** Makes a dead letter of an entry, if it is pending. */
  putAside(channel: string, name: string, entryId: string, deadLetters: string): void {
    const group = this.find(channel).groups.get(name);
    const pending = group?.pending.get(entryId);
    if (!group || !pending) return;
    group.pending.delete(entryId);
    this.append(this.find(deadLetters), pending.entry.payload);
  }

  range(channel: string, from: string, to: string, count: number): StreamEntry[] {
    const isExclusive = from.startsWith("(");
    const [start, end] = [parseId(isExclusive ? from.slice(1) : from, 0), parseId(to, Number.MAX_SAFE_INTEGER)];
    const isIn = ({ id }: Entry): boolean => !idBefore(id, start) && !idBefore(end, id) && !(isExclusive && !idBefore(start, id));
    const entries = this.kept(this.find(channel)).filter(isIn).slice(0, count);
    return entries.map(({ id, payload }) => ({ entryId: idText(id), payload, deliveries: 0 }));
  }

  openTaker(): Taker {
    let giveUp = (): void => undefined;
    const end = new Promise<void>((resolve) => {
      giveUp = resolve;
    });
    let isClosed = false;
    return {
      take: async (request) => {
        const untilMs = this.clock.now() + request.blockMs;
        for (;;) {
          if (isClosed) throw new GhostError("HUB_UNREACHABLE", "cannot take any more: this member has left");
          const taken = this.take(request);
          if (taken.length > 0 || this.clock.now() >= untilMs) return taken;
          await Promise.race([end, this.change(request, untilMs)]);
        }
      },
      close: async () => {
        isClosed = true;
        giveUp();
      },
    };
  }

  private take(request: TakeRequest): StreamEntry[] {
    const { channel, group: name, count } = request;
    const stream = this.find(channel);
    const group = stream.groups.get(name);
    if (!group) throw new GhostError("NOT_FOUND", `cannot take from ${channel}: it has no group ${name}`);
    const again = this.due(group, request).slice(0, count);
    const fresh = this.kept(stream)
      .filter(({ id }) => idBefore(group.last, id))
      .slice(0, count - again.length);
    for (const entry of fresh) {
      group.last = entry.id;
      group.pending.set(idText(entry.id), { entry, deliveredAtMs: 0, delayMs: null, deliveries: 0 });
    }
    return [...again, ...fresh].map((entry) => this.hand(group, entry));
  }

  private hand(group: Group, entry: Entry): StreamEntry {
    const entryId = idText(entry.id);
    const pending = group.pending.get(entryId) as Pending;
    pending.deliveredAtMs = this.clock.now();
    pending.delayMs = null;
    return { entryId, payload: entry.payload, deliveries: ++pending.deliveries };
  }

  /** What was handed out too long ago; what was so too often becomes a dead letter. */
  private due(group: Group, { idleMs, deliveryLimit, deadLetters }: TakeRequest): Entry[] {
    const late = [...group.pending.values()].filter((one) => dueAt(one, idleMs) <= this.clock.now());
    const dead = late.filter(({ deliveries }) => deliveries >= deliveryLimit);
    for (const { entry } of dead) {
      group.pending.delete(idText(entry.id));
      this.append(this.find(deadLetters), entry.payload);
    }
    return late.filter((one) => !dead.includes(one)).map(({ entry }) => entry);
  }

  private append(stream: Stream, payload: Payload): string {
    const now = this.clock.now();
    stream.last = now > stream.last.ms ? { ms: now, count: 0 } : { ms: stream.last.ms, count: stream.last.count + 1 };
    stream.entries.push({ id: stream.last, payload });
    this.wake(stream);
    return idText(stream.last);
  }

  /** Until there may be something to take: a new entry, one that was refused, one that is due, or the time is over. */
  private change({ channel, group, idleMs }: TakeRequest, untilMs: number): Promise<void> {
    const stream = this.find(channel);
    const due = [...(stream.groups.get(group)?.pending.values() ?? [])].map((one) => dueAt(one, idleMs));
    return new Promise((resolve) => {
      const done = (): void => {
        stream.waiting.delete(done);
        cancel();
        resolve();
      };
      const cancel = this.clock.after(Math.max(1, Math.min(untilMs, ...due) - this.clock.now()), done);
      stream.waiting.add(done);
    });
  }

  private wake({ waiting }: Stream): void {
    for (const done of [...waiting]) done();
  }

  private kept(stream: Stream): Entry[] {
    const since = this.clock.now() - stream.retainMs;
    const surplus = Math.max(0, stream.entries.length - stream.entriesMax);
    const first = stream.entries.findIndex(({ id }, index) => index >= surplus && id.ms > since);
    if (first !== 0) stream.entries.splice(0, first < 0 ? stream.entries.length : first);
    return stream.entries;
  }

  private find(channel: string): Stream {
    const known = this.streams.get(channel);
    if (known) return known;
    const stream: Stream = {
      entries: [],
      retainMs: RETAIN_MS,
      entriesMax: Number.POSITIVE_INFINITY,
      last: { ms: 0, count: 0 },
      groups: new Map(),
      recent: new Map(),
      waiting: new Set(),
    };
    this.streams.set(channel, stream);
    return stream;
  }
}

function dueAt({ deliveredAtMs, delayMs }: Pending, idleMs: number): number {
  return deliveredAtMs + (delayMs ?? idleMs);
}
