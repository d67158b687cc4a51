import { G, Ghost, GhostApp } from "ghost-sdk";

/** Counts its ticks. The count is kept, so that it goes on after a restart. */
export class Ticker extends GhostApp {
  override isService = true;
  override autoRestart = true;
  /** From the end of one tick to the begin of the next: ticks never overlap. */
  override tickInterval = "1s" as const;

  /** Once, before ticks count; the service lives on when it returns. */
  override async run(): Promise<void> {
    G.info("ticking", { every: this.tickInterval, mode: Ghost.config.core.mode });
  }

  /** What it throws is logged, and the next tick comes as usual. */
  override async onTick(): Promise<void> {
    const ticks = await Ghost.data.increment("ticks");
    await Ghost.metrics.gauge("ticks", ticks);
    G.info("tick", { ticks });
  }

  /** Once, at the end: close here what was opened. */
  override async onAfterRun(): Promise<void> {
    G.info("no more ticks");
  }
}
