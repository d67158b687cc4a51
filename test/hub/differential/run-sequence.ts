import { pause } from "../../rig/wait.ts";
import type { Arrival } from "../wire/connection.ts";
import { type Reply, show, textOf } from "../wire/reply.ts";
import { ClientState } from "./client-state.ts";
import { isTrimmedAway, readsTwice } from "./meant.ts";
import { same } from "./normalise.ts";
import { Side } from "./side.ts";
import type { Step } from "./steps.ts";

/** How long a reply may take that must come, in ms. */
const REPLY_LIMIT_MS = 3_000;
/** How much later than the other server one may send a message, in ms. */
const LATE_MS = 150;

/** So long between entries with ids of the clock, in ms: in one millisecond they would be equally old on one server, and not on the other. */
const CLOCK_MS = 2;

/** The first thing in which two servers differ. */
export interface Difference {
  /** The step's place in the sequence. */
  readonly at: number;
  /** The client at which it showed. */
  readonly client: number;
  /** What it was the answer to. */
  readonly words: readonly string[];
  readonly expected: string;
  readonly got: string;
}

/** What a run of a sequence gave. */
export interface Ran {
  /** None, or what differs; all but the last are errors told in other words, after which a sequence goes on. */
  readonly differences: readonly Difference[];
  /** Commands that were sent and answered. */
  readonly commands: number;
}

/** Who is compared, by the paths of their sockets: what the first says is right. */
export interface Pair {
  readonly reference: string;
  readonly subject: string;
}

/** Runs the steps on both servers, emptied before, in lockstep, until they differ. */
export async function runSequence(pair: Pair, steps: readonly Step[], clients: number): Promise<Ran> {
  const [reference, subject] = [await Side.open(pair.reference, clients), await Side.open(pair.subject, clients)];
  const run = new SequenceRun(reference, subject, clients);
  try {
    for (const [at, step] of steps.entries()) await run.step(at, step);
    await run.finish(steps.length);
    return { differences: run.told, commands: run.commands };
  } catch (error) {
    if (error instanceof Differs) return { differences: [...run.told, error.difference], commands: run.commands };
    if (error instanceof Meant) return { differences: run.told, commands: run.commands };
    throw error;
  } finally {
    reference.close();
    subject.close();
  }
}

/** Ends a sequence: what follows differs, too. */
class Meant extends Error {}

/** Ends a sequence. */
class Differs extends Error {
  readonly difference: Difference;
  constructor(difference: Difference) {
    super("the servers differ");
    this.difference = difference;
  }
}

/** What is compared of one arrival: where it belongs to, and what it says. */
interface Seen {
  readonly words: readonly string[];
  readonly reply: Reply;
}

const CLOSED: Reply = { kind: "simple", text: "<connection closed>" };

class SequenceRun {
  commands = 0;
  /** Differences after which it went on. */
  readonly told: Difference[] = [];
  private readonly states: ClientState[];
  private readonly reference: Side;
  private readonly subject: Side;
  private at = 0;

  constructor(reference: Side, subject: Side, clients: number) {
    this.reference = reference;
    this.subject = subject;
    this.states = Array.from({ length: clients }, () => new ClientState());
  }

  async step(at: number, step: Step): Promise<void> {
    this.at = at;
    if (step.kind === "wait") return this.wait(step.ms);
    const state = this.states[step.client]!;
    if (step.kind === "leave") return this.reconnect(step.client);
    if (state.blocked) return;
    if (step.kind === "scan") return this.scan(step.client, step.options);
    if (step.kind === "raw") await this.raw(step.client, step.bytes, step.replies);
    else await this.command(step.client, step.words);
    await this.others(step.client);
  }

  /** Ends all waiting; then every client must still answer, and nobody may have got anything more. */
  async finish(at: number): Promise<void> {
    this.at = at;
    for (const [client, state] of this.states.entries()) {
      if (!state.blocked) continue;
      await Promise.all([this.reference.unblock(client), this.subject.unblock(client)]);
      await this.exchange(client, state.blocked, 1);
    }
    for (const client of this.states.keys()) await this.command(client, ["PING", "at the end"]);
  }

  private async wait(ms: number): Promise<void> {
    await pause(ms);
    await Promise.all([this.reference.touchKeys(), this.subject.touchKeys()]);
  }

  private async reconnect(client: number): Promise<void> {
    this.states[client] = new ClientState();
    await Promise.all([this.reference.connect(client), this.subject.connect(client)]);
    await Promise.all([this.reference.settle(), this.subject.settle()]);
  }

  private async command(client: number, words: readonly (string | object)[]): Promise<void> {
    const state = this.states[client]!;
    if (state.confuses(words.map(String))) return;
    // Whether a key whose time has passed is still counted is the server's own affair: nobody has one.
    if (/^(DBSIZE|EXEC)$/i.test(String(words[0]))) await Promise.all([this.reference.touchKeys(), this.subject.touchKeys()]);
    if (givesIds(words)) await pause(CLOCK_MS);
    const nowMs = Date.now();
    const sent = this.reference.send(client, words as never, nowMs);
    this.subject.send(client, words as never, nowMs);
    this.commands += 1;
    const due = state.due(sent);
    if (due !== null) return this.exchange(client, sent, due);
    await this.reference.settle();
    if (this.reference.waiting(client) > 0) return this.exchange(client, sent, 1);
    state.blocked = sent;
    await this.subject.settle();
  }

  private async raw(client: number, bytes: string, replies: number): Promise<void> {
    // In a transaction an inline command is queued like any other, which the state would have to know.
    if (this.states[client]!.queued !== null) return;
    this.reference.sendRaw(client, bytes);
    this.subject.sendRaw(client, bytes);
    this.commands += 1;
    await this.exchange(client, ["(bytes)"], replies, true);
  }

  private async scan(client: number, options: readonly string[]): Promise<void> {
    const state = this.states[client]!;
    if (state.queued !== null || state.subscribed) return;
    this.commands += 1;
    const [expected, got] = [await this.reference.scan(client, options), await this.subject.scan(client, options)];
    if (!same(expected, got)) this.differ(client, ["SCAN", "0", ...options], show(expected), show(got));
  }

  /** Takes so many replies, and the messages before them, from the reference, and expects the same from the other. */
  private async exchange(client: number, words: readonly string[], due: number, untilClosed = false): Promise<void> {
    const arrivals = await this.fromReference(client, due, untilClosed);
    const ended = await this.compare(client, words, arrivals);
    if (ended) await this.reconnect(client);
  }

  private async fromReference(client: number, due: number, several: boolean): Promise<Arrival[]> {
    const arrivals: Arrival[] = [];
    for (let replies = 0; replies < due; ) {
      const arrival = await this.reference.next(client, REPLY_LIMIT_MS);
      if (arrival === null) throw new Error(`the reference gave no reply at step ${this.at}`);
      arrivals.push(arrival);
      if (arrival.kind === "closed") break;
      if (!this.states[client]!.isMessage(arrival)) replies += 1;
      // A command that should get several replies and is refused gets one.
      if (arrival.kind === "error" && !several) break;
    }
    return arrivals;
  }

  /** What other clients got by this step; a reply there is the end of their waiting. */
  private async others(client: number): Promise<void> {
    const listening = this.states.some((state, other) => other !== client && (state.blocked !== null || state.subscribed));
    if (!listening && !this.hasExtra()) return;
    await this.reference.settle();
    for (const other of this.states.keys()) await this.drain(other);
    await this.noMore();
  }

  private async drain(client: number): Promise<void> {
    const arrivals: Arrival[] = [];
    while (this.reference.waiting(client) > 0) arrivals.push((await this.reference.next(client, 0))!);
    if (arrivals.length === 0) return;
    const ended = await this.compare(client, this.states[client]!.blocked ?? ["(nothing)"], arrivals);
    if (ended) await this.reconnect(client);
  }

  private hasExtra(): boolean {
    return [...this.states.keys()].some((client) => this.subject.waiting(client) > 0 || this.reference.waiting(client) > 0);
  }

  /** The subject must not have sent more than the reference, which gets a moment to follow. */
  private async noMore(): Promise<void> {
    for (const [client, state] of this.states.entries()) {
      if (this.subject.waiting(client) === 0) continue;
      const late = await this.reference.next(client, LATE_MS);
      if (late !== null) await this.compare(client, state.blocked ?? ["(nothing)"], [late]);
      else this.differ(client, state.blocked ?? ["(nothing)"], "(nothing)", show(replyOf((await this.subject.next(client, 0))!)));
    }
  }

  /** Compares what the reference sent with as much from the subject. True when the connection ended on both. */
  private async compare(client: number, words: readonly string[], arrivals: readonly Arrival[]): Promise<boolean> {
    const state = this.states[client]!;
    const [expected, got]: [Seen[], Seen[]] = [[], []];
    for (const arrival of arrivals) {
      const message = state.isMessage(arrival);
      const queued = message || arrival.kind === "closed" ? undefined : state.learn(words, arrival);
      if (!message) state.blocked = null;
      expected.push({ words, reply: this.normal(this.reference, message, words, arrival, queued) });
      const other = await this.subject.next(client, REPLY_LIMIT_MS);
      if (other === null && isTrimmedAway(words, arrival)) throw new Meant();
      if (other === null) this.differ(client, words, shownAll(expected), `${shownAll(got)} and then nothing within ${REPLY_LIMIT_MS} ms`);
      got.push({ words, reply: this.normal(this.subject, message, words, other!, queued) });
    }
    const [left, right] = [inOrder(expected, words), inOrder(got, words)];
    if (!left.every((reply, index) => same(reply, right[index]!))) this.differOrTell(client, words, left, right);
    return arrivals.at(-1)?.kind === "closed";
  }

  private normal(
    side: Side,
    message: boolean,
    words: readonly string[],
    arrival: Arrival,
    queued: readonly (readonly string[])[] | undefined,
  ): Reply {
    if (arrival.kind === "closed") return CLOSED;
    return message ? arrival : side.normaliser.reply(words, arrival, queued);
  }

  /** Where both refuse, in other words, they most likely are in the same state still. */
  private differOrTell(client: number, words: readonly string[], left: readonly Reply[], right: readonly Reply[]): void {
    const [expected, got] = [left, right].map((replies) => replies.map(show).join(" then ")) as [string, string];
    const bothRefuse = left.every(
      (reply, index) => same(reply, right[index]!) || (reply.kind === "error" && right[index]!.kind === "error"),
    );
    if (!bothRefuse) this.differ(client, words, expected, got);
    this.told.push({ at: this.at, client, words, expected, got });
  }

  private differ(client: number, words: readonly string[], expected: string, got: string): never {
    if (readsTwice(words)) throw new Meant();
    throw new Differs({ at: this.at, client, words, expected, got });
  }
}

/** Whether entries get the server's own ids, of its clock. */
function givesIds(words: readonly (string | object)[]): boolean {
  return /^EXEC$/i.test(String(words[0])) || (/^XADD$/i.test(String(words[0])) && words.includes("*"));
}

function replyOf(arrival: Arrival): Reply {
  return arrival.kind === "closed" ? CLOSED : arrival;
}

function shownAll(seen: readonly Seen[]): string {
  return seen.map(({ reply }) => show(reply)).join(" then ") || "nothing";
}

/** Messages of several patterns for one publish, and confirmations of an UNSUBSCRIBE of everything, come in any order. */
function inOrder(seen: readonly Seen[], words: readonly string[]): Reply[] {
  const replies = seen.map(({ reply }) => reply);
  const all = words.length === 1 && /^P?UNSUBSCRIBE$/i.test(words[0] ?? "");
  if (all) return [...replies.map(nameless), ...replies.map(nameOnly).sort((a, b) => (show(a) < show(b) ? -1 : 1))];
  const result: Reply[] = [];
  for (const reply of replies) {
    let at = result.length;
    while (at > 0 && sameMessage(result[at - 1]!, reply) && show(result[at - 1]!) > show(reply)) at -= 1;
    result.splice(at, 0, reply);
  }
  return result;
}

function sameMessage(a: Reply, b: Reply): boolean {
  if (!("items" in a) || !("items" in b) || textOf(a.items[0]) !== "pmessage" || textOf(b.items[0]) !== "pmessage") return false;
  return textOf(a.items[2]) === textOf(b.items[2]) && textOf(a.items[3]) === textOf(b.items[3]);
}

function nameless(reply: Reply): Reply {
  return "items" in reply ? { ...reply, items: reply.items.toSpliced(1, 1) } : reply;
}

function nameOnly(reply: Reply): Reply {
  return "items" in reply ? (reply.items[1] ?? reply) : reply;
}
