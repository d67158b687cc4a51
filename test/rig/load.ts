import { spawn } from "node:child_process";
import { once } from "node:events";

/** What a load generator saw. */
export interface Load {
  readonly requests: number;
  /** wrk's own line about what went wrong; null when nothing did. */
  readonly lost: string | null;
}

/** Runs wrk against an address for some seconds, each request on a connection of its own, and does `meanwhile` while it is at work. */
export async function underLoad(url: string, seconds: number, meanwhile: () => Promise<void>): Promise<Load> {
  const args = ["-t1", "-c8", `-d${seconds}s`, "--timeout", "10s", "-H", "Connection: close", url];
  const wrk = spawn("wrk", args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  wrk.stdout.on("data", (data: Buffer) => {
    said += data;
  });
  const ended = once(wrk, "close");
  try {
    await meanwhile();
  } finally {
    await ended;
  }
  return {
    requests: Number(/(\d+) requests in/.exec(said)?.[1] ?? 0),
    lost: /Socket errors:.*|Non-2xx.*/.exec(said)?.[0] ?? null,
  };
}
