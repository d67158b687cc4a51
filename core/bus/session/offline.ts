import { GhostError } from "../../errors/ghost-error.ts";
import type { Clock } from "./transport.ts";
import type { Outcome } from "./wire.ts";

/** Commands that may wait for a connection. */
export const OFFLINE_COMMANDS_MAX = 10_000;

interface Waiting {
  readonly args: readonly (string | Uint8Array)[];
  readonly outcome: Outcome;
  readonly untilMs: number;
}

/** Commands that were given while there was no connection. Each waits for at most `patienceMs`, then fails with HUB_UNREACHABLE: it was never sent. */
export class Offline {
  private readonly clock: Clock;
  private readonly patienceMs: number;
  private waiting: Waiting[] = [];
  private cancel: (() => void) | null = null;
  /** Why there is no connection, as far as it is known. */
  reason: Error | null = null;

  constructor(clock: Clock, patienceMs: number) {
    this.clock = clock;
    this.patienceMs = patienceMs;
  }

  add(args: readonly (string | Uint8Array)[], outcome: Outcome): void {
    if (this.waiting.length >= OFFLINE_COMMANDS_MAX)
      return outcome.reject(unreachable(this.reason, `${OFFLINE_COMMANDS_MAX} commands wait for it`, { sent: false }));
    this.waiting.push({ args, outcome, untilMs: this.clock.now() + this.patienceMs });
    this.watch();
  }

  /** Takes out all that waits, in order. */
  takeAll(): Waiting[] {
    const all = this.waiting;
    this.waiting = [];
    this.watch();
    return all;
  }

  private watch(): void {
    const first = this.waiting[0];
    if (!first) {
      this.cancel?.();
      this.cancel = null;
    } else this.cancel ??= this.clock.after(Math.max(1, first.untilMs - this.clock.now()), () => this.expire());
  }

  private expire(): void {
    this.cancel = null;
    const now = this.clock.now();
    const left = this.waiting.findIndex(({ untilMs }) => untilMs > now);
    const late = this.waiting.splice(0, left < 0 ? this.waiting.length : left);
    this.watch();
    for (const { outcome } of late) outcome.reject(unreachable(this.reason, `it was not there for ${this.patienceMs} ms`, { sent: false }));
  }
}

/** The hub cannot be reached. `details.sent` is false of a command that certainly did not leave: it may be given again whatever it does. */
export function unreachable(reason: Error | null, more?: string, details?: { readonly sent: false }): GhostError {
  const why = [reason?.message, more].filter(Boolean).join("; ");
  return new GhostError("HUB_UNREACHABLE", `cannot reach the hub${why ? `: ${why}` : ""}`, {
    hint: "ghost daemon status, ghost doctor",
    ...(details && { details }),
    cause: reason ?? undefined,
  });
}
