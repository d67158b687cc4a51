import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "redis";
import { GHOST } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";

/** One connection: words in, the reply out. */
export interface Line {
  (...words: (string | number)[]): Promise<unknown>;
  /** Waits until the hub runs a command of this connection that waits. */
  blocked(): Promise<void>;
  /** What was published on a channel since. */
  listen(channel: string): Promise<string[]>;
}

/** A hub without a daemon, in a home of its own; `await using` ends and removes it. */
export interface StreamsRig extends AsyncDisposable {
  /** A new connection. */
  connect(): Promise<Line>;
  /** Kills the hub with SIGKILL and starts it again. */
  crash(): Promise<void>;
}

export async function startStreams(): Promise<StreamsRig> {
  const home = makeHome();
  for (const folder of ["data", "run"]) mkdirSync(join(home.dir, folder), { recursive: true, mode: 0o700 });
  let hub = await serve(home.env);
  let lines: { end(): void; call: Line }[] = [];
  const connect = async () => {
    const line = await open(join(home.dir, "run", "hub.sock"));
    lines.push(line);
    return line.call;
  };
  const stop = async (signal: NodeJS.Signals) => {
    for (const line of lines) line.end();
    lines = [];
    const ended = once(hub, "exit");
    hub.kill(signal);
    await ended;
  };
  return {
    connect,
    async crash() {
      await stop("SIGKILL");
      hub = await serve(home.env);
    },
    async [Symbol.asyncDispose]() {
      await stop("SIGTERM");
      await home.close();
    },
  };
}

async function serve(env: Readonly<Record<string, string>>) {
  const [program = "", ...words] = GHOST;
  const child = spawn(program, [...words, "hub", "serve"], { cwd: "/", env, stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function open(path: string): Promise<{ end(): void; call: Line }> {
  const client = createClient({ RESP: 2, socket: { path, tls: false, reconnectStrategy: false } });
  client.on("error", () => undefined);
  await client.connect();
  const observer = client.duplicate();
  observer.on("error", () => undefined);
  await observer.connect();
  const id = String(await client.sendCommand(["CLIENT", "ID"]));
  const call = (...words: (string | number)[]) => {
    const reply = client.sendCommand(words.map(String)) as Promise<unknown>;
    // What still waits when a test ends is nobody's.
    reply.catch(() => undefined);
    return reply;
  };
  const isBlocked = async () =>
    String(await observer.sendCommand(["CLIENT", "LIST"])).includes(`id=${id} `) && (await blockedCount(observer)) > 0;
  const line: Line = Object.assign(call, {
    async blocked() {
      while (!(await isBlocked())) await observer.sendCommand(["PING"]);
    },
    async listen(channel: string) {
      const heard: string[] = [];
      await observer.subscribe(channel, (message) => heard.push(message));
      return heard;
    },
  });
  return {
    end() {
      client.destroy();
      observer.destroy();
    },
    call: line,
  };
}

async function blockedCount(client: { sendCommand(words: string[]): Promise<unknown> }): Promise<number> {
  return Number(/blocked_clients:(\d+)/.exec(String(await client.sendCommand(["INFO", "clients"])))?.[1]);
}
