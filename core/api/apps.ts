/** What an app tells with each beat (`GHOST.BEAT`); all of it is optional. */
export interface Beat {
  /** False: it runs and is not ready yet, or no longer. */
  readonly ready?: boolean;
  readonly isService?: boolean;
  readonly tickIntervalMs?: number;
  readonly autoRestart?: boolean;
  readonly health?: AppHealth;
  /** GHOST_PROCESS, where one of the same name and instance may run beside it. Default: all that run under its name are meant. */
  readonly run?: string;
}

/** What the app's own checks say. */
export interface AppHealth {
  readonly status: "healthy" | "degraded" | "unhealthy";
  readonly checks: Readonly<Record<string, AppCheck>>;
}

/** One of them. */
export interface AppCheck {
  readonly status: string;
  readonly ms?: number;
  readonly error?: string;
}

/** A beat, and whose it is: what the hub passes on to the daemon. */
export interface BeatOf {
  /** The app's name: the namespace of its token. */
  readonly app: string;
  readonly instance: number;
  readonly beat: Beat;
}

/** An app, besides what it is as a process. */
export interface AppView {
  readonly file: string;
  /** As `.ghost.yaml` has them. */
  readonly name: string;
  readonly description: string | null;
  readonly version: string | null;
  readonly mode: string;
  readonly grants: readonly string[];
  /** When it beat last in this run; null: it has not. */
  readonly beatAt: string | null;
  readonly ready: boolean | null;
  readonly health: AppHealth | null;
}

/** What `GHOST.CONTROL` may ask for. */
export interface ControlRequest {
  /** Null: the operator. */
  readonly app: string | null;
  readonly method: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}
