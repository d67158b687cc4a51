import { GATHER_LIMITS, ROUND_LIMITS } from "./limits.ts";

/** What is read, and what a round ends with. */
export interface RoundsHost {
  /** Whether something waits for the end of the turn. */
  isTurnOpen(): boolean;
  /** Whether it is worth a moment to wait for more: a commit costs one wait for the disk, however many it is for. */
  isGathering(): boolean;
  /** Commits, and answers. */
  endTurn(): void;
}

/** Where a round reads from. */
export interface RoundsSource {
  /** Reads once from each socket where something waits; gives how many there were. `isPatient`: a moment may be spent on more of them. */
  read(isPatient: boolean): number;
}

/**
 * When clients are read from and turns end. A round reads from all who sent something and ends the turn. While there is somebody whose next command has come, one round follows the
 * other, for a while: then everything else in the runtime's loop is next. Without a source the loop alone reads, and a round is no more than the end of a turn.
 */
export class Rounds {
  private readonly source: RoundsSource | null;
  private readonly host: RoundsHost;
  private isAhead = false;
  private isStopped = false;

  constructor(source: RoundsSource | null, host: RoundsHost) {
    this.source = source;
    this.host = host;
  }

  /** The runtime's loop read something: more is likely to come. */
  heard(): void {
    if (this.source) this.end();
  }

  /** Has a round come, in which the turn ends. */
  end(): void {
    if (this.isAhead || this.isStopped) return;
    this.isAhead = true;
    setImmediate(() => (this.source ? this.goRound(this.source) : this.wait(performance.now() + GATHER_LIMITS.waitMs)));
  }

  stop(): void {
    this.isStopped = true;
  }

  private goRound(source: RoundsSource): void {
    const { host } = this;
    const until = performance.now() + ROUND_LIMITS.ms;
    let read = 0;
    try {
      do {
        read = this.isStopped ? 0 : source.read(!host.isTurnOpen());
        if (host.isTurnOpen()) this.gather(source);
      } while (read > 0 && performance.now() < until);
    } finally {
      this.isAhead = false;
      if (read > 0 || host.isTurnOpen()) this.end();
    }
  }

  /** Ends the turn, after a moment for those whose next commands are on their way. */
  private gather(source: RoundsSource): void {
    const until = performance.now() + GATHER_LIMITS.waitMs;
    while (this.host.isGathering() && performance.now() < until) source.read(false);
    this.host.endTurn();
  }

  /** The same where the loop reads. */
  private wait(until: number): void {
    const { host } = this;
    if (host.isTurnOpen() && host.isGathering() && performance.now() < until) {
      setImmediate(() => this.wait(until));
      return;
    }
    this.isAhead = false;
    if (host.isTurnOpen()) host.endTurn();
  }
}
