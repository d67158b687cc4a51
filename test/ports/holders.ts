/** Programs that hold ports while tests look at what follows. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** `python3 hold.py PORT [HOST]` listens, says so, and answers nothing. */
export const HOLD = fileURLToPath(new URL("./hold.py", import.meta.url));

/** A program, no child of Ghost, that listens on a port until it is disposed of. */
export interface Holder extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it is gone. */
  end(): Promise<void>;
}

/** Listens on a port; resolves when it does. */
export async function hold(port: number, env: Readonly<Record<string, string>> = {}, host = "127.0.0.1"): Promise<Holder> {
  const child = spawn("python3", [HOLD, String(port), host], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => {
      throw new Error(`nobody can listen on ${host}:${port}`);
    }),
  ]);
  const end = () => endChild(child, ended);
  return { pid: child.pid ?? 0, end, [Symbol.asyncDispose]: end };
}

async function endChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGKILL");
  await ended;
}
