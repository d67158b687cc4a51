import { GhostError } from "../errors/ghost-error.ts";
import type { BusProblem } from "./ghost-bus.ts";
import type { Clock } from "./session/transport.ts";

/** The pause before the hub is asked again whose disk is full, in ms. */
const AGAIN_MS = 1_000;

/** Waits for room on the hub's disk, on behalf of one member of a group; tells once that it waits, and once that it goes on. */
export class Room {
  private readonly clock: Clock;
  private readonly channel: string;
  private readonly tell: (problem: BusProblem) => void;
  private isMissing = false;

  constructor(clock: Clock, channel: string, tell: (problem: BusProblem) => void) {
    this.clock = clock;
    this.channel = channel;
    this.tell = tell;
  }

  /** Waits a moment where an error says that the disk is full; gives whether it does. */
  async waitFor(error: unknown): Promise<boolean> {
    if (!(error instanceof GhostError) || error.code !== "NO_SPACE") return false;
    if (!this.isMissing) this.tell({ is: "waits", channel: this.channel, error });
    this.isMissing = true;
    await new Promise<void>((resolve) => this.clock.after(AGAIN_MS, resolve));
    return true;
  }

  /** Something was written. */
  isThere(): void {
    if (this.isMissing) this.tell({ is: "continues", channel: this.channel });
    this.isMissing = false;
  }

  /** Does something as often as it takes until there is room, or until `isOver`. Rejects with any other failure. */
  async until<T>(work: () => Promise<T>, isOver: () => boolean): Promise<T> {
    for (;;) {
      try {
        const done = await work();
        this.isThere();
        return done;
      } catch (error) {
        if (isOver() || !(await this.waitFor(error))) throw error;
      }
    }
  }
}
