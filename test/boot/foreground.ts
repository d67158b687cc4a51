import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { addressOf } from "../daemon/daemons.ts";
import { GHOST } from "../rig/ghost.ts";
import type { Home } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

/** A daemon that somebody started in the foreground. */
export interface Foreground {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Code and signal of its end. */
  readonly exit: Promise<unknown[]>;
  /** What it said so far. */
  said(): string;
}

/** Starts `ghost daemon --foreground ARGS` as a service manager would, and waits until it answers. */
export async function startForeground(
  home: Home,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Foreground> {
  const [file = "", ...words] = GHOST;
  const child = spawn(file, [...words, "daemon", "--foreground", ...args], {
    cwd: home.work,
    env: { ...home.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const exit = once(child, "exit");
  await waitFor(() => addressOf(home)?.pid === child.pid, { what: "the daemon to answer", seen: () => said });
  return { child, pid: child.pid as number, exit, said: () => said };
}

/** The numbers that `lines.sh` or a like program wrote, from its log. */
export function numbersIn(file: string): number[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => Number(line.split(" ")[1]));
}
