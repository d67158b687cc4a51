import { GhostError } from "../../errors/ghost-error.ts";
import type { Clock } from "./transport.ts";
import type { Outcome } from "./wire.ts";

/** Commands that may wait for a connection. */
export const OFFLINE_COMMANDS_MAX = 10_000;

interface Waiting {
  readonly args: readonly (string | Uint8Array)[];
  readonly outcome: Outcome;
  readonly cancel: () => void;
}

/** Commands that were given while there was no connection. Each waits for at most `patienceMs`, then fails with HUB_UNREACHABLE: it was never sent. */
export class Offline {
  private readonly clock: Clock;
  private readonly patienceMs: number;
  private readonly waiting = new Set<Waiting>();
  /** Why there is no connection, as far as it is known. */
  reason: Error | null = null;

  constructor(clock: Clock, patienceMs: number) {
    this.clock = clock;
    this.patienceMs = patienceMs;
  }

  add(args: readonly (string | Uint8Array)[], outcome: Outcome): void {
    const { waiting, patienceMs } = this;
    const refuse = (why: string): void => outcome.reject(unreachable(this.reason, why));
    if (waiting.size >= OFFLINE_COMMANDS_MAX) return refuse(`${OFFLINE_COMMANDS_MAX} commands wait for it`);
    const expire = (): void => {
      waiting.delete(one);
      refuse(`it was not there for ${patienceMs} ms`);
    };
    const one: Waiting = { args, outcome, cancel: this.clock.after(patienceMs, expire) };
    waiting.add(one);
  }

  /** Takes out all that waits, in order. */
  takeAll(): Waiting[] {
    const all = [...this.waiting];
    this.waiting.clear();
    for (const { cancel } of all) cancel();
    return all;
  }
}

/** The hub cannot be reached. `details.sent` is false of a command that certainly did not leave: it may be given again whatever it does. */
export function unreachable(reason: Error | null, unsent?: string): GhostError {
  // A connection that ended says so itself.
  const why = [reason?.message.replace("cannot reach the hub: ", ""), unsent].filter(Boolean).join("; ");
  return new GhostError("HUB_UNREACHABLE", `cannot reach the hub: ${why}`, {
    hint: "ghost hub start, or ghost doctor",
    ...(unsent && { details: { sent: false } }),
    cause: reason ?? undefined,
  });
}
