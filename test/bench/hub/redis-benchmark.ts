import { spawn } from "node:child_process";

/** How long one run may take, in ms. */
const RUN_LIMIT_MS = 180_000;
/** Operations in a thousand. */
const K = 1000;

/** A run of `redis-benchmark`. */
export interface Load {
  readonly clients: number;
  readonly requests: number;
  /** Commands that a client sends before it reads; default 1. */
  readonly pipeline?: number;
  /** `__rand_int__` in the command is one of so many numbers, another at each place of each command. */
  readonly random?: number;
}

/** Runs a command again and again and gives thousands of them a second, as `redis-benchmark` counts. */
export async function thousandsPerSecond(
  socket: string,
  { clients, requests, pipeline = 1, random }: Load,
  command: readonly string[],
): Promise<number> {
  const words = [
    "-s",
    socket,
    "-c",
    `${clients}`,
    "-n",
    `${requests}`,
    "-P",
    `${pipeline}`,
    "--csv",
    ...(random ? ["-r", `${random}`] : []),
  ];
  const said = await say(["redis-benchmark", ...words, ...command]);
  const row = said.trim().split("\n").at(-1) ?? "";
  const perSecond = Number(/^"[^"]*","([\d.]+)"/.exec(row)?.[1]);
  if (!(perSecond > 0)) throw new Error(`redis-benchmark said nothing of use: ${said.slice(-500)}`);
  return perSecond / K;
}

/** Fills a server: keys `key:000000000000` and so on, or with another word before the colon, so many of them, each with a value of 16 bytes or a little more. */
export async function fill(socket: string, keys: number, word = "key"): Promise<void> {
  const BATCH = 500;
  const lines: string[] = [];
  for (let from = 0; from < keys; from += BATCH) {
    const pairs = Array.from(
      { length: Math.min(BATCH, keys - from) },
      (_, at) => `${word}:${String(from + at).padStart(12, "0")} value:${from + at}:abcdef`,
    );
    lines.push(`MSET ${pairs.join(" ")}`);
  }
  const said = await say(["redis-cli", "-s", socket, "--pipe"], `${lines.join("\r\n")}\r\n`);
  if (!said.includes("errors: 0")) throw new Error(`cannot fill the server: ${said}`);
}

/** Runs a program to its end and gives what it wrote to stdout. */
export function say([program = "", ...words]: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["pipe", "pipe", "inherit"], timeout: RUN_LIMIT_MS });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.once("close", (code) => {
      const said = Buffer.concat(chunks).toString();
      if (code === 0) resolve(said);
      else reject(new Error(`${program} ended with ${code}: ${said.slice(-500)}`));
    });
  });
}
