import { PortBus } from "../../core/bus/bus.ts";
import type { GhostBus } from "../../core/bus/ghost-bus.ts";
import { HubPort } from "../../core/bus/hub/hub-port.ts";
import type { HubSession, SessionEvent } from "../../core/bus/session/session.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { late } from "../../core/late.ts";
import { hubSession, systemClock } from "../client/hub-connection.ts";
import type { GhostConfig } from "./config.ts";
import { HubMetrics } from "./hub-metrics.ts";
import type { Orchestrator } from "./orchestrator.ts";
import type { Place } from "./place.ts";
import type { Problem } from "./tell-problem.ts";

/** A hub that is away for less is not worth a word, in ms; */
const WARNING_MS = 1_000;
/** nor one that was never there and comes within this time: the first run in a home has daemon and hub started, and the machine may be busy. */
const FIRST_WARNING_MS = 5_000;
/** How long `close` waits for what was measured, in ms. */
const CLOSE_LIMIT_MS = 1_000;

/** This program's session with the hub and all that goes over it. */
export class Connection {
  readonly place: Place;
  readonly session: HubSession;
  readonly metrics: HubMetrics;
  readonly orchestrator: Orchestrator;
  config: GhostConfig;
  /** In place of the hub where there is none. */
  memory: { readonly data: GhostData; readonly bus: GhostBus } | null = null;
  /** Called when the hub is there, for the first time or again. */
  readonly whenConnected = new Set<() => void>();
  /** What ends with it. */
  readonly owned: AsyncDisposable[] = [];
  readonly whenConfigured = new Set<(config: GhostConfig) => void>();
  /** Told of each event of the session. */
  readonly whenChanged = new Set<(event: SessionEvent) => void>();
  private loading: Promise<GhostData> | null = null;
  private hubBus: GhostBus | null = null;
  private hubData: GhostData | null = null;
  private readonly lateData = late(() => (this.loading ??= this.openData()), ["scan"]);

  private cancelWarning = (): void => undefined;
  private warningMs = FIRST_WARNING_MS;

  constructor(place: Place) {
    const { hub, token, name } = place;
    const options = { identity: { token, name }, onEvent: (event: SessionEvent) => this.tell(event) };
    this.place = place;
    this.config = place.config;
    this.session = hub
      ? hubSession(hub, options)
      : hubSession({ path: "" }, { ...options, connect: async () => (await import("./no-hub.ts")).noHub(), reconnects: false });
    this.metrics = new HubMetrics(this.session, () => this.memory !== null, tellProblem);
    this.orchestrator = late(async () => new (await import("./hub-orchestrator.ts")).HubOrchestrator(this.session));
  }

  /** Where records are counted: only where somebody watches, because a program that merely logs needs no hub. */
  get recordMetrics(): HubMetrics | undefined {
    return this.place.isSupervised || this.session.isConnected ? this.metrics : undefined;
  }

  get bus(): GhostBus {
    return this.memory?.bus ?? (this.hubBus ??= this.newBus());
  }

  get data(): GhostData {
    return this.memory?.data ?? this.hubData ?? this.lateData;
  }

  /** Takes the memory in place of a hub that cannot be reached. */
  async fallBack(): Promise<void> {
    const { memoryUnlessReached } = await import("./memory.ts");
    this.memory = await memoryUnlessReached(this.session, this.place, tellProblem);
    if (this.memory) this.owned.push(this.memory.bus, this.memory.data);
  }

  async close(): Promise<void> {
    // Replies come in order: this one's is behind those to what was measured.
    if (await this.metrics.flushed()) await this.session.send(["PING"], AbortSignal.timeout(CLOSE_LIMIT_MS)).catch(() => undefined);
    for (const one of this.owned) await one[Symbol.asyncDispose]();
    this.cancelWarning();
    await this.session.close();
    await telling;
  }

  private async openData(): Promise<GhostData> {
    const { openData } = await import("./open-data.ts");
    this.hubData = this.own(await openData(this));
    return this.hubData;
  }

  private newBus(): GhostBus {
    const options = { from: this.place.name, clock: systemClock, random: Math.random, onProblem: tellProblem };
    return this.own(new PortBus(new HubPort(this.session), options));
  }

  private own<One extends AsyncDisposable>(one: One): One {
    this.owned.push(one);
    return one;
  }

  private tell(event: SessionEvent): void {
    for (const each of this.whenChanged) each(event);
    if (event.event === "connected") {
      this.warningMs = WARNING_MS;
      if (event.isAgain) tellProblem({ is: "back" });
      for (const each of this.whenConnected) each();
    } else if (event.event === "disconnected" && !this.metrics.isAway) {
      const warn = (): void => void (this.metrics.isAway && tellProblem({ is: "away", why: event.cause.message }));
      this.cancelWarning = systemClock.after(this.warningMs, warn);
    }
    this.metrics.isAway = event.event !== "connected";
  }
}

/** What is being told. */
let telling: Promise<void> | undefined;

function tellProblem(problem: Problem): void {
  // A part that is gone, as after an update of the SDK while the app runs, is no reason to end it.
  telling = import("./tell-problem.ts").then(({ tellProblem }) => tellProblem(problem)).catch(() => undefined);
}
