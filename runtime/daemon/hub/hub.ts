import { setTimeout as delay } from "node:timers/promises";
import type { ActionResult, HubHealth, HubView } from "../../../core/api/wire.ts";
import type { NodeConfiguration } from "../../../core/config/node-configuration.ts";
import { HUB } from "../../../core/config/own-processes.ts";
import { errorFrom } from "../../../core/errors/error-from.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { isReady, pidOf } from "../../../core/lifecycle/view.ts";
import type { MetricSeries } from "../../../core/metrics/series.ts";
import { isIdle } from "../../supervisor/actions.ts";
import { findOwn } from "../../supervisor/own.ts";
import { startAll } from "../../supervisor/start-all.ts";
import { keyOf, type Supervised } from "../../supervisor/supervised.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { untilChange } from "../../supervisor/until-change.ts";
import { type Home, prepareHome } from "../home.ts";
import { describeHub } from "./account.ts";
import { AppDoors } from "./app-doors.ts";
import { type Audience, HubEvents } from "./events.ts";
import { HubLine } from "./line.ts";
import { askHealth, type HubNews, HubProber } from "./probe.ts";
import { HubSocket } from "./socket.ts";

/** Where it rests in the state which build the hub runs, with what configuration it began, and that people stopped it. */
const VERSION_KEY = "hub.version";
const SETTINGS_KEY = "hub.settings";
const STOPPED_KEY = "hub.stopped";
/** Whoever asks for the hub's health waits so long for it to answer; then the last account is given, in ms. */
const FRESH_MS = 1_000;
/** The longest that whoever has it started waits for it to be ready, in ms; clients of the daemon wait 15 s for an answer. */
const READY_MS_MAX = 12_000;

/** What the hub's side of the daemon works with. */
export interface HubParts {
  readonly home: Home;
  readonly supervisor: Supervisor;
  readonly configuration: NodeConfiguration;
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
  /** For apps that run as other users. */
  readonly doors: AppDoors;
  private readonly parts: HubParts;
  private readonly socket: HubSocket;
  private health: HubHealth | null = null;
  private latencyMs: number | null = null;
  private readonly news: HubNews = {
    latency: (ms) => {
      this.latencyMs = Math.round(ms * 100) / 100;
    },
    health: (health) => {
      this.health = health;
    },
  };
  /** The build of its last run. */
  private runVersion: string | null;
  /** What of the configuration the hub reads when it begins, as a text. */
  private settings: string;
  /** People stopped it: a connection does not start it. */
  private stopped: boolean;
  /** From the first need of its socket on: to make one costs 1 ms, which is not to be part of the daemon's start. */
  private begun = false;
  private ended = false;
  private readySinceMs: number | null = null;

  constructor(parts: HubParts) {
    this.parts = parts;
    const { home, supervisor, configuration, log } = parts;
    this.line = new HubLine(home.hubSocket);
    this.events = new HubEvents(this);
    this.doors = new AppDoors(home.root, supervisor, { there: () => this.there(), ask: (...words) => this.line.ask(...words) });
    this.runVersion = supervisor.parts.store.getMeta(VERSION_KEY) ?? null;
    this.settings = settingsOf(configuration);
    this.stopped = supervisor.parts.store.getMeta(STOPPED_KEY) !== undefined;
    const [onNeed, onConnection] = [() => this.open(), () => this.connected()];
    this.socket = new HubSocket({ supervisor, path: home.hubSocket, log, onNeed, onConnection });
    supervisor.runChanges.add((process) => this.update(process));
  }

  /** Null where people registered a process of that name before it was reserved. */
  get process(): Supervised | null {
    return findOwn(this.parts.supervisor, HUB);
  }

  get listensSinceMs(): number | null {
    return this.presence === "there" ? this.readySinceMs : null;
  }

  get presence(): Audience["presence"] {
    const { process } = this;
    if (process === null || this.ended || isIdle(process.machine)) return "absent";
    return isReady(process.machine) ? "there" : "awaited";
  }

  /** Asks the run of the hub that goes on whether it is well. */
  proberFor(process: Supervised): HubProber {
    return new HubProber(this.line, pidOf(process.machine) ?? 0, this.news);
  }

  /** All processes are taken over. A hub of another build makes way for this one's; its clients wait at the socket. */
  restored(): void {
    if (this.runVersion === this.parts.version) return this.followSettings();
    this.renew("upgraded", `it is of another build (${this.runVersion ?? "unknown"}) than the daemon (${this.parts.version})`);
  }

  /** The node's configuration changed. */
  configure(configuration: NodeConfiguration): void {
    this.settings = settingsOf(configuration);
    this.followSettings();
  }

  /** Makes the socket of a hub at rest; to be called before a process is started that may want to connect, and once the daemon answers. */
  open(): void {
    if (this.begun) return;
    this.begun = true;
    const { process } = this;
    if (process !== null && isIdle(process.machine)) this.rest();
  }

  /** Has it running, and gives how it is once it is ready. Throws START_FAILED with what it said last, TIMED_OUT, or NAME_TAKEN. */
  async ensure(by: string): Promise<HubView> {
    const process = this.process ?? this.refuse();
    if (!isReady(process.machine)) await this.start(process, by);
    return this.view();
  }

  /** How it is, as of the last look. */
  view(): HubView {
    const { process, health, latencyMs, socket, events } = this;
    return describeHub({
      process,
      socket: this.parts.home.hubSocket,
      starts: this.stopped ? "stopped" : socket.isHeld ? "connection" : "request",
      socketProblem: socket.problem,
      version: this.runVersion,
      latencyMs,
      health,
      events: { published: events.published, dropped: events.dropped },
      doorProblems: [...this.doors.warnings()],
    });
  }

  /** The same after a look. */
  async freshView(): Promise<HubView> {
    if (this.presence === "there") await this.lookAnew();
    return this.view();
  }

  /** What apps measured; nothing where the hub does not run, or does not answer in time. */
  async appMetrics(): Promise<readonly MetricSeries[]> {
    if (this.presence !== "there") return [];
    const asked = this.line.ask("GHOST.METRICS").then(
      (reply) => (reply instanceof Uint8Array ? (JSON.parse(Buffer.from(reply).toString()) as MetricSeries[]) : []),
      () => [],
    );
    return Promise.race([asked, delay(FRESH_MS, [], { ref: false })]);
  }

  /** Whether somebody besides the daemon is connected; true where that is not known. */
  async isUsed(): Promise<boolean> {
    if (this.presence === "absent") return false;
    if (this.presence === "there") await this.lookAnew();
    return this.health?.clients !== 0;
  }

  /** People asked for its end: it stays down until it is asked for again, and whoever connects is refused. */
  stopAsked(): void {
    this.stopped = true;
    this.parts.supervisor.parts.store.setMeta(STOPPED_KEY, new Date().toISOString());
    if (this.process && isIdle(this.process.machine)) this.rest();
  }

  /** Puts back what was removed; to be called now and then. A hub whose socket nobody finds any more has to take another. */
  look(): void {
    const { process, socket, parts } = this;
    if (this.presence === "there") this.doors.look();
    if (process === null || this.ended || socket.isInPlace || !(socket.isHeld || isReady(process.machine))) return;
    prepareHome(parts.home);
    socket.abandon();
    if (isIdle(process.machine)) return this.rest();
    this.renew("socket-removed", `its socket ${parts.home.hubSocket} was removed`);
  }

  /** The daemon ends. A hub that goes on keeps its socket, and so does one that the next daemon is to find at once. */
  close({ leave, next }: { readonly leave: boolean; readonly next: boolean }): void {
    this.ended = true;
    this.line.close();
    this.socket.letGo();
    const rests = this.process === null || isIdle(this.process.machine);
    if (!next && rests) this.socket.refuse();
    if (!next && !leave && rests) this.doors.remove();
  }

  private update(process: Supervised): void {
    if (this.ended || process !== this.process) return;
    const { machine } = process;
    if (isIdle(machine)) {
      this.line.close();
      this.events.forget();
      this.forgetNews();
      this.doors.hubIsGone();
      this.rest();
    } else if (machine.state.at === "starting") this.begins();
    else if (isReady(machine)) {
      if (this.readySinceMs === null) this.isReady();
      this.events.flush();
    }
    if (!isReady(machine)) this.readySinceMs = null;
  }

  /** A run of it answers, or one that another daemon began is taken over. */
  private isReady(): void {
    this.readySinceMs = performance.now();
    this.doors.hubIsThere();
  }

  /** A run is about to begin, of this build. */
  private begins(): void {
    const { store } = this.parts.supervisor.parts;
    this.runVersion = this.parts.version;
    store.setMeta(VERSION_KEY, this.runVersion);
    store.setMeta(SETTINGS_KEY, this.settings);
    if (this.stopped) store.dropMeta(STOPPED_KEY);
    this.stopped = false;
    this.forgetNews();
    this.doors.hubIsGone();
    this.socket.hold();
  }

  /** It reads its part of the file when it begins. */
  private followSettings(): void {
    const began = this.parts.supervisor.parts.store.getMeta(SETTINGS_KEY);
    if (began !== undefined && began !== this.settings) this.renew("configuration-changed", "`hub` or `storage` of .ghost.yaml changed");
  }

  /** Exchanges a run of the hub for another, at no cost to its restart policy. */
  private renew(kind: string, text: string): void {
    const { process } = this;
    if (process?.machine.state.at !== "running") return;
    this.parts.supervisor.dispatch(process, { type: "restart", free: true, cause: { kind, text } });
  }

  /** It runs no more, and is there again for the next who connects, unless people stopped it. */
  private rest(): void {
    if (this.stopped) this.socket.refuse();
    else if (this.begun && !this.ended) this.socket.await();
  }

  private connected(): void {
    this.startFor("a connection", "somebody connected to its socket");
  }

  private startFor(by: string, text: string): void {
    const { process } = this;
    if (process === null || this.stopped || !isIdle(process.machine)) return;
    process.startedBy = by;
    this.parts.supervisor.dispatch(process, { type: "start", cause: { kind: "start", text } });
  }

  /** Has it running for an app that could not start it itself, unless people stopped it; whether it is there. */
  private async there(): Promise<boolean> {
    this.startFor("an app", "an app of another user starts");
    if (this.process === null || this.presence === "absent") return false;
    return untilChange(this.process, () => this.presence === "there", READY_MS_MAX);
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
    if (failed?.error) throw errorFrom(failed.error);
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

  /** Asks it here and now, for at most `FRESH_MS`. */
  private async lookAnew(): Promise<void> {
    const beganMs = performance.now();
    const pong = this.line.ask("PING").then(() => this.news.latency(performance.now() - beganMs));
    const account = askHealth(this.line).then((health) => health && this.news.health(health));
    await Promise.race([Promise.allSettled([pong, account]), delay(FRESH_MS, undefined, { ref: false })]);
  }

  private forgetNews(): void {
    [this.health, this.latencyMs] = [null, null];
  }
}

function settingsOf({ hub, data }: NodeConfiguration): string {
  return JSON.stringify({ hub, storage: data.storage });
}
