import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { waitFor } from "../rig/wait.ts";

const WRITER = fileURLToPath(new URL("writer.ts", import.meta.url));

/** A running `writer.ts`. */
export interface Holder {
  readonly pid: number;
  /** The complete lines it has said so far. */
  lines(): string[];
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Lets it close the database and end. */
  end(): Promise<void>;
}

/** Starts a process that opens the database, and waits until it said whether it could. `env` adds to the environment. */
export async function hold(path: string, mode: "hold" | "write", env: Record<string, string> = {}): Promise<Holder> {
  const child = spawn(process.execPath, [WRITER, path, mode], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const lines = () => said.split("\n").slice(0, -1);
  await waitFor(() => lines().length > 0, { what: "the other process to open the database" });
  return {
    pid: child.pid as number,
    lines,
    kill: () => finish(ended, () => child.kill("SIGKILL")),
    end: () => finish(ended, () => child.stdin.end()),
  };
}

async function finish(ended: Promise<void>, how: () => unknown): Promise<void> {
  how();
  await ended;
}

/** What the `sqlite3` program says to this SQL about this file: both outputs together. */
export function sqlite3(path: string, sql: string): string {
  const { stdout, stderr } = spawnSync("sqlite3", [path, sql], { encoding: "utf8" });
  return (stdout + stderr).trim();
}
