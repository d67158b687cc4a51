import { Ghost } from "ghost-sdk";

export interface Job {
  readonly to: string;
  readonly text: string;
}

/** Does one job. It may come twice, so that doing it twice has to do no harm. */
export async function work(job: Job): Promise<void> {
  if (!job.to?.includes("@")) throw new Error(`cannot send to ${job.to}: it is no address`);
  await Ghost.data.set(`sent:${job.to}`, job.text);
}
