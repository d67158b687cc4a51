import { spawn } from "node:child_process";
import { type Credentials, privilegePrefix } from "./privilege.ts";
import { rememberRuntimeChild } from "./spawn.ts";

export interface StopCommandContext {
  /** GHOST_PID of the command: the main process. */
  readonly pid: number;
  readonly workingDirectory: string;
  /** The run's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whom the process runs as: its stop command must not be able to do more. Null: the daemon's user. */
  readonly credentials: Credentials | null;
  /** The command is killed after this long. */
  readonly timeoutMs: number;
}

/** Runs `stop.command`. It only asks: whether the process ends is seen at the process. `failed` is told when it cannot be run or ends badly, as a phrase. */
export function runStopCommand(command: string, context: StopCommandContext, failed: (problem: string) => void): void {
  const prefix = privilegePrefix(context.credentials);
  const [file = "", ...args] = [...prefix, "/bin/sh", "-c", command];
  try {
    const child = spawn(file, args, {
      cwd: context.workingDirectory,
      env: environmentOf(context),
      stdio: "ignore",
      timeout: context.timeoutMs,
      killSignal: "SIGKILL",
      ...(context.credentials && prefix.length === 0 && { uid: context.credentials.uid, gid: context.credentials.gid }),
    });
    rememberRuntimeChild(child);
    child.once("error", (error) => failed(`cannot be run: ${error.message}`));
    child.once("exit", (code, signal) => {
      if (signal !== null) failed(`was killed by ${signal}`);
      else if (code !== 0) failed(`exited with code ${code}`);
    });
  } catch (error) {
    // Bun throws what Node emits.
    failed(`cannot be run: ${(error as Error).message}`);
  }
}

/** Without the token, which would make the command a member of the tree that it is to end. */
function environmentOf({ environment, pid }: StopCommandContext): Record<string, string> {
  const { GHOST_PROCESS: _, ...rest } = environment as Record<string, string>;
  return { ...rest, GHOST_PID: String(pid) };
}
