/** `ghost-sdk`: what an app imports. */

export type * from "../../core/bus/ghost-bus.ts";
export type { StandardSchema } from "../../core/bus/standard-schema.ts";
export type { Duration } from "../../core/config/duration.ts";
export type {
  CallOptions,
  GhostData,
  GhostTransaction,
  Items,
  SetOptions,
  SqlCommand,
  SqlParameter,
  SqlParameters,
  SqlRow,
  SqlValue,
  Versioned,
} from "../../core/data/ghost-data.ts";
export type { ErrorCode } from "../../core/errors/catalogue.ts";
export { GhostError } from "../../core/errors/ghost-error.ts";
export type { Saga } from "../../core/saga/coordinator.ts";
export type { SagaRetry, SagaStep, SagaStepContext } from "../../core/saga/definition.ts";
export type { SagaFailure } from "../../core/saga/records.ts";
export type { SagaCompensation, SagaResult } from "../../core/saga/result.ts";
export type { SimpleSaga } from "../../core/saga/simple-saga.ts";
export { GhostApp } from "./app.ts";
export type { GhostConfig } from "./config.ts";
export { G, type Log } from "./g.ts";
export { Ghost, type GhostApi } from "./ghost.ts";
export type * from "./health.ts";
export { Checks } from "./health.ts";
export type { InitOptions } from "./init-options.ts";
export { type GhostParts, installGhost } from "./install.ts";
export type { LogFields, LogLevel, LogRecord, LogSink } from "./log.ts";
export type { Metrics, MetricTags } from "./metrics.ts";
export type { GroupState, Orchestrator, ProcessState, StartupOrder } from "./orchestrator.ts";
export type { SagaApi } from "./saga.ts";
