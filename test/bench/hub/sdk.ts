/** What an app reaches through the SDK, each role a program of its own beside the hub. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startHub } from "../../hub/servers/hub.ts";

const PROGRAM = fileURLToPath(new URL("sdk-program.ts", import.meta.url));
const MESSAGES = 200_000;
const READS = 5_000;

export interface SdkFigures {
  /** Messages a second, on one connection. */
  readonly published: number;
  /** Messages a second, from another process's `publish` through `for await`. */
  readonly received: number;
  /** Microseconds of a read of a key, p50. */
  readonly getUs: number;
}

export async function sdkFigures(): Promise<SdkFigures> {
  await using hub = await startHub();
  const getUs = await begin("get", READS, hub.socket).said;
  const published = await begin("publish", MESSAGES, hub.socket).said;
  const receiver = begin("receive", MESSAGES, hub.socket);
  await receiver.ready;
  await Promise.all([receiver.said, begin("publish", MESSAGES, hub.socket).said]);
  return { published, received: await receiver.said, getUs };
}

function begin(role: string, count: number, socket: string): { ready: Promise<unknown>; said: Promise<number> } {
  const env = { ...process.env, GHOST_HUB: socket, GHOST_NAME: role };
  const child = spawn(process.execPath, [PROGRAM, role, `${count}`], { env, stdio: ["ignore", "pipe", "pipe"] });
  const ready = once(child.stderr, "data");
  const said = once(child.stdout, "data").then(([chunk]) => Number(String(chunk).trim()));
  return { ready, said };
}
