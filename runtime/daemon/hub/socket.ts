import { HUB } from "../../../core/config/own-processes.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { OwnListener } from "../../supervisor/own-listener.ts";
import { keyOf } from "../../supervisor/supervised.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";

/** What the hub's socket is made with. */
export interface HubSocketParts {
  readonly supervisor: Supervisor;
  /** Where it is. */
  readonly path: string;
  readonly log: (text: string) => void;
  /** Called before anything is started that may want to connect. */
  readonly onNeed: () => void;
  /** Somebody waits there while the hub rests. */
  readonly onConnection: () => void;
}

/** The hub's socket as the daemon holds it: there before the hub is, and over its restarts. */
export class HubSocket {
  private readonly parts: HubSocketParts;
  private readonly listener: OwnListener;
  private awaited = false;

  constructor(parts: HubSocketParts) {
    this.parts = parts;
    this.listener = new OwnListener(keyOf(HUB), parts.path, parts.onNeed);
    parts.supervisor.listeners.own = this.listener;
    parts.supervisor.parts.pump.onConnection = (fd) => {
      if (fd === this.listener.fd) parts.onConnection();
    };
  }

  /** Whether the daemon has it. */
  get isHeld(): boolean {
    return this.listener.fd !== null;
  }

  /** Whether a program that connects finds a socket. */
  get isInPlace(): boolean {
    return this.listener.isInPlace();
  }

  /** Why it could not be made; null also where this runtime has no such sockets. */
  get problem(): string | null {
    const { problem } = this.listener;
    return problem === null || (problem instanceof GhostError && problem.code === "UNSUPPORTED") ? null : problem.message;
  }

  /** For a hub at rest: has somebody told once when there is a connection. Where nobody can wait for one the socket is not there, because clients would wait for ever. */
  await(): void {
    const { supervisor, log } = this.parts;
    const before = this.problem;
    if (supervisor.listeners.openOwn() && this.listener.fd !== null) {
      this.awaited = supervisor.parts.pump.watchListener(this.listener.fd);
      if (!this.awaited) this.listener.close();
      // A socket at which nothing ever happened is not worth a keeper of its own.
      supervisor.listeners.tellKeeper("with-the-next");
    }
    if (this.problem !== null && this.problem !== before) log(`the hub's socket cannot be made: ${this.problem}`);
  }

  /** For a hub that is about to run: somebody may wait in the socket's queue from here on, which the daemon's end must not break. */
  hold(): void {
    if (this.parts.supervisor.listeners.openOwn()) this.parts.supervisor.listeners.tellKeeper();
  }

  /** Whoever connects is refused. */
  refuse(): void {
    this.letGo();
    this.listener.close();
    this.parts.supervisor.listeners.tellKeeper("with-the-next");
  }

  /** Its path was removed, so nobody finds it any more: it is no longer the hub's, though a hub that runs goes on with it until it ends. */
  abandon(): void {
    this.letGo();
    this.listener.abandon();
    this.parts.supervisor.listeners.tellKeeper("with-the-next");
  }

  /** The daemon ends; who goes on with it has it. */
  letGo(): void {
    if (this.awaited && this.listener.fd !== null) this.parts.supervisor.parts.pump.unwatchListener(this.listener.fd);
    this.awaited = false;
  }
}
