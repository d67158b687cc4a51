import type { HubSession } from "../../core/bus/session/session.ts";
import type { MetricKind } from "../../core/metrics/series.ts";
import type { Metrics, MetricTags } from "./metrics.ts";
import type { RefusedMetric } from "./tell-refused.ts";

/** Values that one turn may hand over; more are dropped. Counters and gauges of one series are one. */
const VALUES_PER_TURN_MAX = 10_000;

type Value = { readonly kind: MetricKind; readonly name: string; readonly tags: string; value: number };

/** Metrics in the hub, with GHOST.METRIC. */
export class HubMetrics implements Metrics {
  dropped = 0;
  /** The hub cannot be reached at the moment. */
  isAway = false;
  private readonly session: HubSession;
  private readonly isOff: () => boolean;
  private readonly tellRefused: (problem: RefusedMetric) => void;
  private measured = new Map<unknown, Value>();
  private flushing: Promise<void> | null = null;
  private wasUsed = false;

  /** `tellRefused` is told of each value that the hub does not take. */
  constructor(session: HubSession, isOff: () => boolean, tellRefused: (problem: RefusedMetric) => void) {
    this.session = session;
    this.isOff = isOff;
    this.tellRefused = tellRefused;
  }

  track(name: string, value: number, tags?: MetricTags): Promise<void> {
    return this.add("histogram", name, value, tags);
  }

  increment(name: string, by = 1, tags?: MetricTags): Promise<void> {
    return this.add("counter", name, by, tags);
  }

  gauge(name: string, value: number, tags?: MetricTags): Promise<void> {
    return this.add("gauge", name, value, tags);
  }

  recordLatency(name: string, milliseconds: number, tags?: MetricTags): Promise<void> {
    return this.track(name, milliseconds, { unit: "ms", ...tags });
  }

  /** Hands over what the turn measured; gives whether the hub was ever told anything. */
  async flushed(): Promise<boolean> {
    await this.flushing;
    return this.wasUsed;
  }

  private add(kind: MetricKind, name: string, value: number, given?: MetricTags): Promise<void> {
    const tags = given ? textOf(given) : "";
    // What is no number, or would make a counter less, is the hub's to refuse, by itself: added to others, it would spoil them.
    const isAlone = kind === "histogram" || !Number.isFinite(value) || (kind === "counter" && value < 0);
    const key = isAlone ? this.measured.size : `${kind} ${String(name)} ${tags}`;
    const known = this.measured.get(key);
    if (known) known.value = kind === "counter" ? known.value + value : value;
    else if (this.measured.size < VALUES_PER_TURN_MAX) this.measured.set(key, { kind, name, value, tags });
    else this.dropped++;
    this.flushing ??= Promise.resolve().then(() => this.flush());
    return this.flushing;
  }

  private flush(): void {
    const values = [...this.measured.values()];
    this.measured.clear();
    this.flushing = null;
    if (this.isAway || this.isOff()) {
      this.dropped += values.length;
      return;
    }
    this.wasUsed = true;
    for (const value of values) void this.tell(value);
  }

  private async tell({ kind, name, value, tags }: Value): Promise<void> {
    try {
      await this.session.send(["GHOST.METRIC", name, kind, String(value), ...(tags ? [tags] : [])]);
    } catch (error) {
      this.dropped++;
      this.tellRefused({ is: "refused", name, error: error as Error });
    }
  }
}

/** What JSON has no words for is the hub's to refuse. */
export function textOf(tags: MetricTags): string {
  try {
    return String(JSON.stringify(tags));
  } catch {
    return "?";
  }
}
