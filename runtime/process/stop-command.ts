import { spawn } from "node:child_process";
import { rememberRuntimeChild } from "./spawn.ts";

export interface StopCommandContext {
  /** GHOST_PID of the command: the main process. */
  readonly pid: number;
  readonly workingDirectory: string;
  /** The run's environment; null when the daemon did not start it (then the command gets PATH alone). */
  readonly environment: Readonly<Record<string, string>> | null;
  /** The command is killed after this long. */
  readonly timeoutMs: number;
}

/** Runs `stop.command`. It only asks: whether the process ends is seen at the process, so its outcome does not matter. */
export function runStopCommand(command: string, context: StopCommandContext): void {
  const environment = { ...(context.environment ?? { PATH: process.env.PATH ?? "/usr/bin:/bin" }), GHOST_PID: String(context.pid) };
  // The token would make the command a member of the tree that it is to end.
  const { GHOST_PROCESS: _, ...withoutToken } = environment as Record<string, string>;
  const child = spawn("/bin/sh", ["-c", command], {
    cwd: context.workingDirectory,
    env: withoutToken,
    stdio: "ignore",
    timeout: context.timeoutMs,
    killSignal: "SIGKILL",
  });
  rememberRuntimeChild(child);
  child.on("error", () => {});
}
