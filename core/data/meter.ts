import { type Span, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { calledFrom } from "../errors/called-from.ts";
import { GhostError } from "../errors/ghost-error.ts";
import type { CallOptions } from "./ghost-data.ts";

/** Where measurements go. */
export interface DataMetrics {
  /** Adds one to a counter. */
  increment(name: string): void;
  /** Notes how long something took, in milliseconds. */
  recordLatency(name: string, milliseconds: number): void;
}

/** What measuring needs. */
export interface MeterParts {
  readonly metrics: DataMetrics;
  /** Milliseconds; a clock that never goes back. */
  readonly now: () => number;
  /** Makes a span of each call. Default: there are none. */
  readonly tracer?: Tracer;
}

/** What a span tells. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Options by which a cache says whether it answered. */
function noting(span: Span | undefined, options: CallOptions | undefined): CallOptions {
  return {
    ...options,
    onCacheAnswer(hit) {
      span?.setAttribute("cache_hit", hit);
      options?.onCacheAnswer?.(hit);
    },
  };
}

/** Measures calls and makes spans of them; what goes wrong is thrown on. */
export class Meter {
  private readonly parts: MeterParts;

  constructor(parts: MeterParts) {
    this.parts = parts;
  }

  /** A call that does something. */
  async measure<T>(op: string, attributes: Attributes, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await this.traced(op, attributes, (span) => this.timed(op, span, options, work));
    } catch (error) {
      throw calledFrom(error);
    }
  }

  /** A call that reads: it tells also whether a cache answered, and the type of what came (`typed` finds the value in the answer). */
  async read<T>(
    op: string,
    attributes: Attributes,
    options: CallOptions | undefined,
    work: (own: CallOptions) => Promise<T>,
    typed: (answer: T) => unknown = (answer) => answer,
  ): Promise<T> {
    try {
      return await this.traced(op, { cache_hit: false, ...attributes }, async (span) => {
        const value = await this.timed(op, span, options, () => work(noting(span, options)));
        span?.setAttribute("type", typeOf(typed(value)));
        return value;
      });
    } catch (error) {
      throw calledFrom(error);
    }
  }

  /** A call that gives one after the other. One that the caller leaves early is a success. */
  async *iterate<T>(
    op: string,
    attributes: Attributes,
    options: CallOptions | undefined,
    work: () => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    const span = this.parts.tracer?.startSpan(`GhostData.${op}`, { attributes });
    const startedAt = this.parts.now();
    let failure: unknown = null;
    try {
      yield* work();
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.settle(op, span, startedAt, options, failure);
      span?.end();
    }
  }

  private traced<T>(op: string, attributes: Attributes, work: (span?: Span) => Promise<T>): Promise<T> {
    const { tracer } = this.parts;
    if (!tracer) return work();
    return tracer.startActiveSpan(`GhostData.${op}`, { attributes }, (span) => work(span).finally(() => span.end()));
  }

  private async timed<T>(op: string, span: Span | undefined, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
    const startedAt = this.parts.now();
    try {
      const value = await work();
      this.settle(op, span, startedAt, options, null);
      return value;
    } catch (error) {
      this.settle(op, span, startedAt, options, error ?? new Error("aborted"));
      throw error;
    }
  }

  private settle(op: string, span: Span | undefined, startedAt: number, options: CallOptions | undefined, error: unknown): void {
    const { metrics, now } = this.parts;
    const name = `ghost.data.${op}`;
    metrics.recordLatency(name, now() - startedAt);
    if (error === null) return metrics.increment(`${name}.success`);
    const isCancelled = options?.signal?.aborted === true && error === options.signal.reason;
    metrics.increment(isCancelled ? `${name}.cancelled` : `${name}.error`);
    span?.setAttribute("error.type", error instanceof GhostError ? error.code : isCancelled ? "cancelled" : "INTERNAL");
    span?.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
  }
}

/** The kind of a value: `none` of what is not there, else `null`, `array`, or what `typeof` says. */
export function typeOf(value: unknown): string {
  if (value === undefined) return "none";
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
