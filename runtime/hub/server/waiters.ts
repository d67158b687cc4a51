/**
 * Clients that wait for keys to change, as XREAD BLOCK does. They cost nothing while nothing changes. After the command that changed
 * a key, those that wait for it try again, in the order in which they came; what they get is sent when the turn is on disk.
 */
import type { Space } from "../keyspace/space.ts";
import type { Client } from "./client.ts";
import { trouble } from "./dispatch.ts";
import type { Hub } from "./hub.ts";
import { ReplyError } from "./reply-error.ts";

/** The longest time that a timer takes, milliseconds; who waits longer waits for ever. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export interface WaitFor {
  readonly keys: readonly (readonly [Space, string])[];
  /** 0: for ever. */
  readonly timeoutMs: number;
  /**
   * Writes the reply to `hub.output`, or nothing, to go on waiting. A ReplyError ends the wait, too. `changed`: which of the keys changed, in
   * that order; none when the time for another attempt came.
   */
  readonly attempt: (changed: readonly number[]) => void;
  /** When to try again though nothing changed, milliseconds from now; null: never. Asked after each attempt. */
  readonly retryMs?: () => number | null;
}

class Waiter {
  private readonly hub: Hub;
  private readonly client: Client;
  private readonly what: WaitFor;
  private readonly stops: (() => void)[];
  private readonly timer: ReturnType<typeof setTimeout> | null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private isOver = false;
  private readonly touched = new Set<number>();

  constructor(hub: Hub, client: Client, what: WaitFor) {
    this.hub = hub;
    this.client = client;
    this.what = what;
    this.stops = what.keys.map(([space, key], index) =>
      space.watch(key, () => {
        this.touched.add(index);
        hub.waiters.wake(this);
      }),
    );
    const { timeoutMs } = what;
    this.timer = timeoutMs > 0 && timeoutMs <= TIMER_MAX_MS ? setTimeout(() => this.finish(() => hub.output.nullArray()), timeoutMs) : null;
    client.blocked = {
      cancel: () => this.end(),
      unblock: (withError) =>
        this.finish(() => (withError ? hub.output.error("UNBLOCKED client unblocked via CLIENT UNBLOCK") : hub.output.nullArray())),
    };
    this.armRetry();
  }

  attempt(): void {
    if (this.isOver) return;
    const { output } = this.hub;
    const start = output.length;
    output.protocol = this.client.protocol;
    try {
      this.what.attempt([...this.touched]);
    } catch (error) {
      output.length = start;
      output.error(error instanceof ReplyError ? error.message : trouble(this.hub, error));
    }
    this.touched.clear();
    const reply = output.length > start ? output.copy(start) : null;
    output.length = start;
    if (reply) this.finish(() => output.raw(reply));
    else this.armRetry();
  }

  private armRetry(): void {
    if (this.retry) clearTimeout(this.retry);
    this.retry = null;
    const ms = this.what.retryMs?.() ?? null;
    if (ms !== null) this.retry = setTimeout(() => this.hub.waiters.again(this), Math.min(Math.max(ms, 1), TIMER_MAX_MS));
  }

  private finish(write: () => void): void {
    if (this.isOver) return;
    this.end();
    this.client.blocked = null;
    this.hub.answerLate(this.client, write);
    // Its next commands do not run within somebody else's.
    setImmediate(() => this.hub.proceed(this.client));
  }

  private end(): void {
    this.isOver = true;
    for (const stop of this.stops) stop();
    if (this.timer) clearTimeout(this.timer);
    if (this.retry) clearTimeout(this.retry);
  }
}

export class Waiters {
  private readonly hub: Hub;
  private readonly woken = new Set<Waiter>();

  constructor(hub: Hub) {
    this.hub = hub;
  }

  /** Lets a client wait. Its command must have written nothing. */
  add(client: Client, what: WaitFor): void {
    new Waiter(this.hub, client, what);
  }

  /** A key that it waits for changed; it tries when the command that did it is over. */
  wake(waiter: Waiter): void {
    this.woken.add(waiter);
  }

  /** One tries whose time came, outside of any command. */
  again(waiter: Waiter): void {
    this.hub.outside(() => {
      waiter.attempt();
      this.serve();
    });
  }

  /** Lets those try whose keys changed. What they change may wake others. */
  serve(): void {
    for (const waiter of this.woken) {
      this.woken.delete(waiter);
      waiter.attempt();
    }
  }

  get hasWoken(): boolean {
    return this.woken.size > 0;
  }
}
