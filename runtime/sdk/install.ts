/** What a test puts in the place of the SDK's own parts. */
import type { GhostBus } from "../../core/bus/ghost-bus.ts";
import type { Clock } from "../../core/bus/session/transport.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import type { SagaLog } from "../../core/saga/saga-log.ts";
import type { GhostConfig } from "./config.ts";
import type { Health } from "./health.ts";
import type { LogSink } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Orchestrator } from "./orchestrator.ts";
import type { OpenSagas } from "./saga.ts";

/** What may stand in the place of the real things. */
export interface GhostParts {
  readonly data?: GhostData;
  readonly bus?: GhostBus;
  readonly metrics?: Metrics;
  readonly orchestrator?: Orchestrator;
  /** Time for ticks, beats and records. */
  readonly clock?: Clock;
  readonly config?: GhostConfig;
  /** Keeps who wants to hear of another configuration. */
  readonly onConfig?: (handler: (config: GhostConfig) => void) => () => void;
  /** Gets the records of `G`, in place of the terminal or stdout. */
  readonly log?: LogSink;
  readonly health?: Health;
  /** Gets the exit code of an app, in place of the program; then signals are not the app's either. */
  readonly exit?: (code: number) => void;
  /** Where durable sagas are kept. */
  readonly sagaLog?: SagaLog;
  /** What opens them, where it is loaded already. */
  readonly openSagas?: OpenSagas;
}

let installed: GhostParts = {};

/** Puts doubles in the place of the real parts; those that are not given stay. What it gives undoes that. For `ghost-sdk/testing`. */
export function installGhost(parts: GhostParts): () => void {
  const before = installed;
  installed = { ...before, ...parts };
  return () => {
    installed = before;
  };
}

/** What is installed. */
export function doubles(): GhostParts {
  return installed;
}
