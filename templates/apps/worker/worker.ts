import { G, Ghost, GhostApp } from "ghost-sdk";
import { type Job, work } from "./job.ts";

/** Where jobs come from: a channel whose messages are kept until they are done with. */
export const JOBS = "{{name}}:jobs";
/** How jobs are taken: each goes to one member of the group. */
export const OPTIONS = {
  group: "{{name}}",
  concurrency: 4,
  deliveryLimit: 3, // tries of a job; then it is a dead letter, in JOBS:dead
  retryDelay: "1s", // between two tries
  redeliverAfter: "30s", // a job of a worker that died goes to another
} as const;

/** Takes jobs, each at least once: one that it dies over comes again, to it or to another of its group. */
export class Worker extends GhostApp {
  override isService = true;
  override autoRestart = true;

  override async run(): Promise<void> {
    const jobs = Ghost.bus.consume<Job>(JOBS, OPTIONS, (job, { id }) => this.take(job, id));
    G.info("waiting for jobs", { channel: JOBS });
    await aborted(this.signal);
    // Takes no more jobs, and waits for those that it has.
    await jobs[Symbol.asyncDispose]();
  }

  /** Done when it returns; logged, and tried again, when it throws. */
  private async take(job: Job, id: string | undefined): Promise<void> {
    const startedAt = performance.now();
    try {
      await work(job);
      await Ghost.metrics.recordLatency("jobs.done", performance.now() - startedAt);
      G.info("done", { id, job });
    } catch (error) {
      await Ghost.metrics.increment("jobs.failed");
      throw error;
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
