import { setTimeout as delay } from "node:timers/promises";
import type { ActionResult, HubHealth, HubView } from "../../../core/api/wire.ts";
import { HUB } from "../../../core/config/own-processes.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { isCrashLooping } from "../../../core/lifecycle/state.ts";
import { isReady, pidOf, statusOf } from "../../../core/lifecycle/view.ts";
import { isIdle } from "../../supervisor/actions.ts";
import { findOwn } from "../../supervisor/own.ts";
import { OwnListener } from "../../supervisor/own-listener.ts";
import { startAll } from "../../supervisor/start-all.ts";
import { keyOf, type Supervised } from "../../supervisor/supervised.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { type Home, prepareHome } from "../home.ts";
import { type Audience, HubEvents } from "./events.ts";
import { HubLine } from "./line.ts";
import { HubProber } from "./probe.ts";

/** Where it rests in the state which build the hub runs, and that people stopped it. */
const VERSION_KEY = "hub.version";
const STOPPED_KEY = "hub.stopped";
/** Whoever asks for the hub's health waits so long for it to answer; then the last account is given, in ms. */
const FRESH_MS = 1_000;
/** The longest that whoever has it started waits for it to be ready, in ms; clients of the daemon wait 15 s for an answer. */
const READY_MS_MAX = 12_000;

/** What the hub's side of the daemon works with. */
export interface HubParts {
  readonly home: Home;
  readonly supervisor: Supervisor;
  /** This build's; a hub of another one is restarted. */
  readonly version: string;
  readonly log: (text: string) => void;
}

/**
 * The hub as the daemon has it: an ordinary supervised process of the project `ghost`, and a socket that is there before it. Whoever connects to the socket
 * has it started, and waits in the socket's queue meanwhile, as at each of its restarts. Where sockets cannot be held (no FFI) or not be waited at (no epoll)
 * it is started when asked for over HTTP, and makes its socket itself.
 */
export class Hub implements Audience {
  readonly line: HubLine;
  readonly events: HubEvents;
  private readonly parts: HubParts;
  private readonly listener: OwnListener;
  private health: HubHealth | null = null;
  /** People stopped it: a connection does not start it. */
  private stopped: boolean;
  private armed = false;
  /** From the first need of its socket on: to make one costs 1 ms, which is not to be part of the daemon's start. */
  private begun = false;
  private ended = false;

  constructor(parts: HubParts) {
    this.parts = parts;
    const { home, supervisor } = parts;
    this.line = new HubLine(home.hubSocket);
    this.events = new HubEvents(this);
    this.listener = new OwnListener(keyOf(HUB), home.hubSocket, () => this.open());
    this.stopped = supervisor.parts.store.getMeta(STOPPED_KEY) !== undefined;
    supervisor.listeners.own = this.listener;
    supervisor.parts.pump.onConnection = (fd) => this.connected(fd);
    supervisor.runChanges.add((process) => this.update(process));
  }

  /** Null where people registered a process of that name before it was reserved. */
  get process(): Supervised | null {
    return findOwn(this.parts.supervisor, HUB);
  }

  get presence(): Audience["presence"] {
    const { process } = this;
    if (process === null || this.ended || isIdle(process.machine)) return "absent";
    return isReady(process.machine) ? "there" : "awaited";
  }

  /** Asks the run of the hub that goes on whether it is well. */
  proberFor(process: Supervised): HubProber {
    return new HubProber(this.line, pidOf(process.machine) ?? 0, (health) => {
      this.health = health;
    });
  }

  /** All processes are taken over. A hub of another build makes way for this one's; its clients wait at the socket. */
  restored(): void {
    const { process } = this;
    const { store } = this.parts.supervisor.parts;
    if (process === null) return;
    const theirs = store.getMeta(VERSION_KEY) ?? "an unknown version";
    if (process.machine.state.at !== "running" || theirs === this.parts.version) return;
    const text = `it is of another build (${theirs}) than the daemon (${this.parts.version})`;
    this.parts.supervisor.dispatch(process, { type: "restart", free: true, cause: { kind: "upgraded", text } });
  }

  /** Opens the socket where nothing stands against it; to be called before a process is started that may want to connect, and once the daemon answers. */
  open(): void {
    if (this.begun) return;
    this.begun = true;
    const { process } = this;
    if (process !== null && isIdle(process.machine)) this.arm();
  }

  /** Has it running, and gives how it is once it is ready. Throws START_FAILED with what it said last, or NAME_TAKEN. */
  async ensure(by: string): Promise<HubView> {
    const process = this.process ?? this.refuse();
    if (!isReady(process.machine)) await this.start(process, by);
    return this.view();
  }

  /** How it is, as of the last look. */
  view(): HubView {
    const { process, listener, health } = this;
    const machine = process?.machine;
    const isUp = machine !== undefined && isReady(machine);
    return {
      running: isUp,
      status: machine ? statusOf(machine) : "stopped",
      pid: machine ? pidOf(machine) : null,
      socket: this.parts.home.hubSocket,
      starts: this.stopped ? "stopped" : listener.fd !== null ? "connection" : "request",
      startedAt: machine && !isIdle(machine) && machine.startedMs !== null ? new Date(machine.startedMs).toISOString() : null,
      restarts: machine?.restarts ?? 0,
      why: process?.why ?? "",
      version: isUp ? (this.parts.supervisor.parts.store.getMeta(VERSION_KEY) ?? null) : null,
      latencyMs: isUp ? (process?.probe?.latencyMs ?? null) : null,
      health: isUp ? health : null,
      events: { published: this.events.published, dropped: this.events.dropped },
      warnings: this.warnings(),
    };
  }

  /** The same after a look. */
  async freshView(): Promise<HubView> {
    if (this.presence === "there") await this.askHealth();
    return this.view();
  }

  /** Whether somebody besides the daemon is connected; true where that is not known. */
  async isUsed(): Promise<boolean> {
    if (this.presence === "absent") return false;
    if (this.presence === "there") await this.askHealth();
    return this.health?.clients !== 0;
  }

  /** What a person should know, with the remedy. */
  warnings(): string[] {
    return [...this.ownWarnings()];
  }

  /** People asked for its end: it stays down until it is asked for again, and whoever connects is refused. */
  stopAsked(): void {
    this.stopped = true;
    this.parts.supervisor.parts.store.setMeta(STOPPED_KEY, new Date().toISOString());
    if (this.process && isIdle(this.process.machine)) this.disarm();
  }

  /** Puts back what was removed; to be called now and then. A hub whose socket nobody finds any more has to take another. */
  look(): void {
    const { process, listener, parts } = this;
    if (process === null || this.ended || (listener.fd === null && !isReady(process.machine)) || listener.isInPlace()) return;
    prepareHome(parts.home);
    if (this.armed) parts.supervisor.parts.pump.unwatchListener(listener.fd ?? -1);
    this.armed = false;
    listener.abandon();
    parts.supervisor.listeners.tellKeeper("with-the-next");
    if (isIdle(process.machine)) return this.arm();
    const text = `its socket ${listener.path} was removed`;
    parts.supervisor.dispatch(process, { type: "restart", free: true, cause: { kind: "socket-removed", text } });
  }

  /** The daemon ends. A hub that goes on keeps its socket, and so does one that the next daemon is to find at once. */
  close({ next }: { readonly next: boolean }): void {
    this.ended = true;
    this.line.close();
    const { process } = this;
    if (this.armed && this.listener.fd !== null) this.parts.supervisor.parts.pump.unwatchListener(this.listener.fd);
    if (!next && (process === null || isIdle(process.machine))) this.listener.close();
  }

  private update(process: Supervised): void {
    if (this.ended || process !== this.process) return;
    const { machine } = process;
    const { store } = this.parts.supervisor.parts;
    if (isIdle(machine)) {
      this.line.close();
      this.events.forget();
      this.health = null;
      return this.stopped ? this.disarm() : this.arm();
    }
    if (machine.state.at === "starting") {
      store.setMeta(VERSION_KEY, this.parts.version);
      if (this.stopped) store.dropMeta(STOPPED_KEY);
      this.stopped = false;
      this.health = null;
      // From here on somebody may wait in its queue.
      if (this.parts.supervisor.listeners.openOwn()) this.parts.supervisor.listeners.tellKeeper();
    } else if (isReady(machine)) this.events.flush();
  }

  /** Waits at the socket for whoever comes first. */
  private arm(): void {
    const { supervisor, log } = this.parts;
    if (!this.begun || this.stopped || this.ended) return;
    const before = this.listener.problem?.message;
    if (supervisor.listeners.openOwn() && this.listener.fd !== null) {
      this.armed = supervisor.parts.pump.watchListener(this.listener.fd);
      // Where nobody can wait at it, a connection would wait for ever.
      if (!this.armed) this.listener.close();
      supervisor.listeners.tellKeeper("with-the-next");
    }
    const problem = this.problem();
    if (problem !== null && problem !== before) log(`the hub's socket cannot be made: ${problem}`);
  }

  private disarm(): void {
    const { supervisor } = this.parts;
    if (this.listener.fd === null) return;
    supervisor.parts.pump.unwatchListener(this.listener.fd);
    this.armed = false;
    this.listener.close();
    supervisor.listeners.tellKeeper("with-the-next");
  }

  private connected(fd: number): void {
    const { process } = this;
    if (process === null || fd !== this.listener.fd || this.stopped || !isIdle(process.machine)) return;
    const text = "somebody connected to its socket";
    process.startedBy = "a connection";
    this.parts.supervisor.dispatch(process, { type: "start", cause: { kind: "start", text } });
  }

  private async start(process: Supervised, by: string): Promise<void> {
    const results: ActionResult[] = [];
    const started = startAll(this.parts.supervisor, [process], { by }, (result) => results.push(result));
    await Promise.race([started, delay(READY_MS_MAX, undefined, { ref: false })]);
    if (results.length === 0)
      throw new GhostError("TIMED_OUT", `cannot use the hub yet: it is not ready ${READY_MS_MAX / 1000} s after its start`, {
        hint: "it goes on starting; ghost logs ghost/hub tells what it does",
      });
    const failed = results.find(({ ok }) => !ok);
    if (failed?.error) throw GhostError.from(failed.error);
  }

  private refuse(): never {
    throw new GhostError(
      "NAME_TAKEN",
      `cannot start the hub: ${keyOf(HUB)} is a process that was registered before that name was Ghost's`,
      {
        hint: `give it another name, then: ghost delete ${keyOf(HUB)}`,
      },
    );
  }

  private async askHealth(): Promise<void> {
    const { process } = this;
    if (process === null) return;
    const asked = new Promise<void>((resolve) => {
      const prober = new HubProber(this.line, pidOf(process.machine) ?? 0, (health) => {
        this.health = health;
        resolve();
      });
      prober.askHealth();
    });
    await Promise.race([asked, delay(FRESH_MS, undefined, { ref: false })]);
  }

  /** Null also where this runtime has no such sockets. */
  private problem(): string | null {
    const { problem } = this.listener;
    return problem === null || (problem instanceof GhostError && problem.code === "UNSUPPORTED") ? null : problem.message;
  }

  private *ownWarnings(): Generator<string> {
    const { process } = this;
    const problem = this.problem();
    if (problem !== null) yield `the hub's socket cannot be made: ${problem}`;
    if (process === null) return;
    const { machine } = process;
    const status = statusOf(machine);
    if (status === "unhealthy") yield `the hub is unhealthy: ${process.why} (ghost logs ghost/hub)`;
    else if (machine.desired === "up" && isCrashLooping(machine, Date.now()) && status !== "running")
      yield `the hub keeps ending: ${process.why} (ghost logs ghost/hub, ghost why ghost/hub)`;
    if (status !== "running" || this.health === null || this.health.status === "healthy") return;
    const failing = Object.entries(this.health.checks).filter(([, { error }]) => error !== undefined);
    const what = failing.map(([name, { error }]) => `${name}: ${error}`).join("; ");
    yield `the hub says that it is ${this.health.status}${what ? `: ${what}` : ""} (ghost hub status, ghost logs ghost/hub)`;
  }
}
