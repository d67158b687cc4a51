import type { BusProblem } from "../../core/bus/ghost-bus.ts";
import { isUnknownCommand } from "../../core/bus/session/handshake.ts";
import { type Duration, durationMs } from "../../core/config/duration.ts";
import { readConfig } from "./config.ts";
import type { Connection } from "./connection.ts";
import type { Checks } from "./health.ts";
import { clock } from "./parts.ts";
import { tellProblem } from "./tell-problem.ts";

/** The pause between two beats, in ms. A `heartbeat` check of less than twice as much is not to be met. */
const BEAT_MS = 2_000;

/** What the app's class says of itself; what its file says goes before it. */
export interface Character {
  readonly isService: boolean;
  readonly tickIntervalMs: number;
  /** Undefined: as befits what it is. */
  readonly autoRestart: boolean | undefined;
}

/** Begins to tell the supervisor of an app, and to learn of its new configurations. */
export function beginBeats(
  connection: Connection,
  checks: Checks,
  app: Omit<Character, "tickIntervalMs"> & { readonly tickInterval: Duration },
): Beats {
  const { isService, autoRestart, tickInterval } = app;
  const beats = new Beats(connection, checks, { isService, autoRestart, tickIntervalMs: durationMs(tickInterval, "tickInterval") });
  const take = (data: unknown): void => {
    connection.config = readConfig(typeof data === "string" ? data : JSON.stringify(data), connection.place.name);
    for (const tell of connection.whenConfigured) tell(connection.config);
  };
  connection.bus.subscribe<unknown>(`ghost:config:${connection.place.name}`, take, { onProblem: tellUnlessLost });
  return beats;
}

/** The app knows nothing of this subscription: that it was interrupted says nothing to whoever reads the log. */
function tellUnlessLost(problem: BusProblem): void {
  if (problem.is !== "lost") tellProblem(problem);
}

/** Tells the supervisor, as long as it runs: that the app is alive, whether it is ready, and what its checks say. */
export class Beats {
  private readonly connection: Connection;
  private readonly checks: Checks;
  private readonly character: Character;
  private isReady = false;
  private isOver = false;
  private cancel: () => void = () => undefined;

  constructor(connection: Connection, checks: Checks, character: Character) {
    this.connection = connection;
    this.checks = checks;
    this.character = character;
    connection.whenConnected.add(this.soon);
    void this.beat();
  }

  /** Says at once whether the app is ready. */
  ready(isReady: boolean): void {
    this.isReady = isReady;
    this.soon();
  }

  stop(): void {
    this.isOver = true;
    this.cancel();
    this.connection.whenConnected.delete(this.soon);
  }

  private readonly soon = (): void => {
    this.cancel();
    void this.beat();
  };

  private async beat(): Promise<void> {
    const health = this.checks.size > 0 ? await this.checks.report() : undefined;
    if (this.isOver) return;
    const { session, place } = this.connection;
    const said = JSON.stringify({ ready: this.isReady, ...this.character, health, run: process.env.GHOST_PROCESS });
    this.cancel();
    this.cancel = clock().after(BEAT_MS, this.soon);
    // What cannot be told now is told with the next beat, or with the next connection; a hub that does not know the command never wants to hear it.
    await session.send(["GHOST.BEAT", said, place.instance]).catch((error: unknown) => {
      if (isUnknownCommand(error)) this.cancel();
    });
  }
}
