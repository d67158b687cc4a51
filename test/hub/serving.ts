import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { GHOST } from "../rig/ghost.ts";
import type { Home } from "../rig/home.ts";
import { hubSocket } from "./asking.ts";
import { Talk } from "./talking.ts";

/** How long a hub may take to accept, or to end in order, in milliseconds. */
const LIMIT_MS = 15_000;

/** `ghost hub serve` in a home, without a daemon. The end of `await using` ends it with SIGTERM; another exit code than 0 is an error then. */
export interface ServedHub extends AsyncDisposable {
  readonly pid: number;
  readonly socket: string;
  /** What it wrote to stderr. */
  errors(): string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** A new connection. */
  talk(): Promise<Talk>;
  /** One command on a connection of its own. */
  ask(...words: readonly string[]): Promise<unknown>;
}

/** Starts a hub and waits until it accepts. `env`: more of its environment. */
export async function serveHub(home: Home, env: Readonly<Record<string, string>> = {}): Promise<ServedHub> {
  const [program = "", ...words] = GHOST;
  const child = spawn(program, [...words, "hub", "serve"], {
    cwd: home.work,
    env: { ...home.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (bytes: Buffer) => {
    errors += bytes;
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  await accepting(child, exited, () => errors);
  const socket = hubSocket(home);
  return {
    pid: child.pid ?? 0,
    socket,
    errors: () => errors,
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
    stop: () => ended(child, exited),
    talk: () => Talk.open(socket),
    ask: async (...command) => {
      using talk = await Talk.open(socket);
      return await talk.ask(...command);
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const code = await ended(child, exited);
      if (code !== 0) throw new Error(`the hub ended with ${code}: ${errors}`);
    },
  };
}

function accepting(child: ChildProcess, exited: Promise<unknown>, errors: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    if (child.stdout) createInterface(child.stdout).on("line", (line) => line.includes("accepts") && resolve());
    void exited.then(() => reject(new Error(`the hub did not accept: ${errors()}`)));
    void exited.finally(() => clearTimeout(late));
    child.stdout?.once("data", () => clearTimeout(late));
  });
}

async function ended(child: ChildProcess, exited: Promise<number | null>): Promise<number | null> {
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const code = await exited;
  clearTimeout(late);
  return code;
}
