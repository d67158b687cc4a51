import { type ChildProcess, spawn } from "node:child_process";
import { GHOST } from "../rig/ghost.ts";
import { waitFor } from "../rig/wait.ts";

/** How long a command in the foreground may take to end once it was told to, in milliseconds. */
const END_LIMIT_MS = 20_000;

/** A command that runs until it is told to end. */
export interface Foreground extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it wrote so far, both streams as they came. */
  text(): string;
  /** Standard output alone. */
  out(): string;
  /** Waits until it wrote what matches. */
  said(pattern: RegExp): Promise<void>;
  /** Sends a signal and gives the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string | null>;
  /** The exit code once it ends by itself. */
  readonly ended: Promise<number | string | null>;
}

/** Starts `ghost ARGS` without a terminal; with `ownGroup` in a process group of its own. Killed at the end of the test if it still runs. */
export function inForeground(
  args: readonly string[],
  { ownGroup = false, ...options }: { cwd: string; env: Readonly<Record<string, string>>; ownGroup?: boolean },
): Foreground {
  const [file = "", ...first] = GHOST;
  const child = spawn(file, [...first, ...args], { ...options, detached: ownGroup, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<number | string | null>((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    text: () => text,
    out: () => out,
    said: async (pattern) => void (await waitFor(() => pattern.test(text), { what: String(pattern), seen: () => text, limitMs: 15_000 })),
    async end(signal) {
      child.kill(signal);
      await waitFor(isOver, { what: `the end after ${signal}`, limitMs: END_LIMIT_MS, seen: () => text });
      return ended;
    },
    ended,
    async [Symbol.asyncDispose]() {
      if (!isOver()) child.kill("SIGKILL");
      await ended;
    },
  };
}
