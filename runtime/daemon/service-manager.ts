/** What the daemon tells the service manager that started it, if one did (sd_notify(3)): that it is ready, renewed, ending, alive. */
import { monotonicMicroseconds, type Notification, sdNotify } from "../process/sd-notify.ts";

/** Variables that are for this process alone: what it starts must not speak in its name. */
const NAMES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;
/** The status line follows changes after so long, in ms, so that a thousand starts are a few notifications. */
const STATUS_DELAY_MS = 1_000;
/** During an ordered end more time is asked for so often, in ms, */
const EXTEND_EVERY_MS = 5_000;
/** and so much of it, in ms: how long an end takes is bounded by the stop timeouts of the processes, not by the unit. */
const EXTEND_BY_MS = 30_000;

/** Speaks to nobody where there is no manager. */
export class ServiceManager {
  /** What was taken out of the environment, for the program that takes the daemon's place. */
  readonly variables: Readonly<Record<string, string>>;
  private readonly timers = new Set<ReturnType<typeof setInterval>>();
  private statusTimer: ReturnType<typeof setTimeout> | undefined;
  private describe: (() => string) | null = null;
  private over = false;

  /** Takes its variables out of `environment`. */
  constructor(environment: NodeJS.ProcessEnv) {
    this.variables = Object.fromEntries(NAMES.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
    for (const name of NAMES) delete environment[name];
  }

  /** The daemon answers. `describe` gives the status line, now and after each change. */
  ready(describe: () => string): void {
    if (!this.variables.NOTIFY_SOCKET) return;
    this.describe = describe;
    this.tell({ READY: 1, STATUS: describe() });
    const watchdogMs = this.watchdogMs();
    if (watchdogMs > 0) this.every(watchdogMs / 2, { WATCHDOG: 1 });
  }

  /** Something changed that the status line may tell. */
  changed(): void {
    if (!this.describe || this.statusTimer || this.over) return;
    this.statusTimer = setTimeout(() => {
      this.statusTimer = undefined;
      if (this.describe && !this.over) this.tell({ STATUS: this.describe() });
    }, STATUS_DELAY_MS).unref();
  }

  /** Another daemon takes this one's place, under the same pid. */
  renewing(): void {
    if (this.over) return;
    this.over = true;
    this.tell({ RELOADING: 1, MONOTONIC_USEC: monotonicMicroseconds(), STATUS: "the daemon is renewed; processes go on" });
  }

  /** The daemon has begun to end. */
  stopping(): void {
    if (this.over) return;
    this.over = true;
    this.tell({ STOPPING: 1, STATUS: "ending", ...EXTENSION });
    if (this.variables.NOTIFY_SOCKET) this.every(EXTEND_EVERY_MS, EXTENSION);
  }

  /** Says nothing more. */
  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    clearTimeout(this.statusTimer);
    this.over = true;
  }

  private tell(notification: Notification): void {
    const { NOTIFY_SOCKET } = this.variables;
    if (NOTIFY_SOCKET) sdNotify(NOTIFY_SOCKET, notification);
  }

  private every(ms: number, notification: Notification): void {
    this.timers.add(setInterval(() => this.tell(notification), ms).unref());
  }

  /** How long the manager waits for a sign of life; 0 where it waits for none, or for one of another process. */
  private watchdogMs(): number {
    const { WATCHDOG_USEC, WATCHDOG_PID } = this.variables;
    const isForUs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
    return isForUs && Number(WATCHDOG_USEC) > 0 ? Number(WATCHDOG_USEC) / 1000 : 0;
  }
}

const EXTENSION: Notification = { EXTEND_TIMEOUT_USEC: EXTEND_BY_MS * 1000 };
