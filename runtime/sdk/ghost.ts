import type { GhostBus } from "../../core/bus/ghost-bus.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import type { GhostApp } from "./app.ts";
import { checks } from "./checks.ts";
import type { GhostConfig } from "./config.ts";
import { aliases, type Log } from "./g.ts";
import type { Health } from "./health.ts";
import type { InitOptions } from "./init-options.ts";
import { doubles } from "./install.ts";
import { saga } from "./late-saga.ts";
import type { Metrics } from "./metrics.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { closeConnection, connection, metrics, newConnection } from "./parts.ts";
import type { SagaApi } from "./saga.ts";

/**
 * Everything that Ghost offers an app. There is one of it in a program; it connects by itself when it is first used, and again whenever the
 * connection is lost, and says so in the log.
 */
export interface GhostApi extends Pick<Log, "logDebug" | "logInfo" | "logWarn" | "logError">, AsyncDisposable {
  /**
   * Says who this program is and where its hub is. Needed only where the environment does not, and for the memory in place of a hub:
   * `await Ghost.init({ fallback: "memory" })`. Throws USAGE when it comes after the first use.
   */
  init(options?: InitOptions): Promise<void>;
  /** Runs an app, and resolves with its exit code when it has ended: `await Ghost.run(MyApp)`. Default arguments: those of the command line. */
  run(app: new () => GhostApp, args?: string[]): Promise<number>;
  /**
   * Ends the connection, after what was sent is answered (for at most 1 s), and all subscriptions. `Ghost.run` does it. A program without an app need not: it ends by itself
   * when no answer is awaited and it listens to nothing.
   */
  close(): Promise<void>;
  /** What `.ghost.yaml` says. `Ghost.config.app.name`, `Ghost.config.core.mode` */
  readonly config: GhostConfig;
  /** Called when `.ghost.yaml` has changed, with the new configuration. What it gives takes that back. `Ghost.onConfig(({ core }) => G.info(core.mode))` */
  onConfig(handler: (config: GhostConfig) => void): () => void;
  /** The app's keys, SQL and transactions. `await Ghost.data.set("visits", 1, { expiry: "10m" })` */
  readonly data: GhostData;
  /** Messages to and from other programs. `await Ghost.bus.publish("orders", { id: 17 })` */
  readonly bus: GhostBus;
  /** Measurements. `await Ghost.metrics.increment("orders")` */
  readonly metrics: Metrics;
  /** Health checks. `Ghost.health.check("store", () => Ghost.data.get("health"))` */
  readonly health: Health;
  /** Processes and groups, for apps that are granted it. `await Ghost.orchestrator.startGroup("backend")` */
  readonly orchestrator: Orchestrator;
  /** Work in steps that are taken back where one fails. `await Ghost.saga("order", async (saga) => { saga.compensate(() => release()); await reserve(); })` */
  readonly saga: SagaApi;
}

/** Everything that Ghost offers an app: see `GhostApi`. */
export const Ghost: GhostApi = {
  async init(options = {}) {
    const one = newConnection(options);
    if (options.fallback === "memory") await one.fallBack();
  },
  run: (App, args) => new App().start(args),
  close: closeConnection,
  get config() {
    return doubles().config ?? connection().config;
  },
  onConfig(handler) {
    const { onConfig } = doubles();
    if (onConfig) return onConfig(handler);
    const { whenConfigured } = connection();
    whenConfigured.add(handler);
    return () => void whenConfigured.delete(handler);
  },
  get data() {
    return doubles().data ?? connection().data;
  },
  get bus() {
    return doubles().bus ?? connection().bus;
  },
  get metrics() {
    return metrics();
  },
  get health() {
    return doubles().health ?? checks;
  },
  get orchestrator() {
    return doubles().orchestrator ?? connection().orchestrator;
  },
  saga,
  ...aliases,
  [Symbol.asyncDispose]: closeConnection,
};
