import { type ChildProcess, spawn } from "node:child_process";
import { type Credentials, privilegePrefix } from "./privilege.ts";
import { groupExists, signalGroup, type Target } from "./signal.ts";
import { rememberRuntimeChild } from "./spawn.ts";
import { readProcess } from "./table.ts";

/** What is kept of a hook's output, in bytes; the rest, up to the flood, is read and thrown away, so that it does not block. */
export const HOOK_OUTPUT_BYTES_MAX = 4 * 1024;
/** A hook that writes more is killed, in bytes: nobody reads a flood. As of probes. */
const HOOK_FLOOD_BYTES = 1_048_576;
/** One that was killed is given up after this, in ms: who left its group may hold its output open for ever. */
const KILLED_WAIT_MS = 500;

/** A command and its surroundings. */
export interface HookCommand {
  /** For `/bin/sh -c`. */
  readonly command: string;
  /** Goes to its stdin. */
  readonly input: string;
  readonly workingDirectory: string;
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whom it runs as; null: the daemon's user. */
  readonly credentials: Credentials | null;
  /** After this long its whole group is killed. */
  readonly timeoutMs: number;
}

/** How it ended. `problem` is a phrase (`exited with code 3`), or null when all went well. */
export interface HookOutcome {
  readonly problem: string | null;
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * Runs a command in a group of its own and resolves when it has ended and closed its output; never rejects. What it leaves
 * running in its group has until the limit, too. An abort kills it at once.
 */
export function runHookCommand(hook: HookCommand, signal: AbortSignal): Promise<HookOutcome> {
  return new Promise((resolve) => {
    const child = start(hook);
    if (child instanceof Error) return resolve({ problem: child.message, exitCode: null, output: "" });
    const target = targetOf(child);
    let killedBecause: string | null = null;
    const kill = (because: string): void => {
      killedBecause ??= because;
      if (target) signalGroup(target, "SIGKILL");
      setTimeout(() => settle(null, null), KILLED_WAIT_MS).unref();
    };
    const output = collect(child, () => kill(`wrote more than ${HOOK_FLOOD_BYTES / 1024 / 1024} MiB, and was killed`));
    const abort = (): void => kill("was killed because the daemon ended");
    const limit = setTimeout(() => kill(`did not end within ${hook.timeoutMs / 1000} s and was killed`), hook.timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    const settle = (exitCode: number | null, ended: string | null): void => {
      signal.removeEventListener("abort", abort);
      // Its group may hold what it left behind: that still meets the limit, but nobody waits for it.
      limit.unref();
      if (target === null || !groupLives(target)) clearTimeout(limit);
      resolve({ problem: killedBecause ?? ended, exitCode, output: output() });
    };
    child.once("error", (error) => settle(null, `cannot be run: ${error.message}`));
    child.once("close", (code, name) => settle(code, describeEnd(code, name)));
  });
}

function start(hook: HookCommand): ChildProcess | Error {
  const prefix = privilegePrefix(hook.credentials);
  const [file = "", ...args] = [...prefix, "/bin/sh", "-c", hook.command];
  try {
    const child = spawn(file, args, {
      cwd: hook.workingDirectory,
      env: hook.environment as NodeJS.ProcessEnv,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      ...(hook.credentials && prefix.length === 0 && { uid: hook.credentials.uid, gid: hook.credentials.gid }),
    });
    rememberRuntimeChild(child);
    // A command need not read what it is given.
    child.stdin?.on("error", () => {});
    child.stdin?.end(hook.input);
    return child;
  } catch (error) {
    // Bun throws what Node emits.
    return new Error(`cannot be run: ${(error as Error).message}`);
  }
}

/** Both streams into one text; who floods is told of, and read no more. */
function collect(child: ChildProcess, flooded: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    const kept = chunk.subarray(0, Math.max(0, HOOK_OUTPUT_BYTES_MAX - bytes));
    bytes += chunk.length;
    if (kept.length > 0) chunks.push(kept);
    if (bytes <= HOOK_FLOOD_BYTES) return;
    for (const stream of streams) stream?.destroy();
    flooded();
  };
  const streams = [child.stdout, child.stderr];
  for (const stream of streams) stream?.on("data", keep);
  return () =>
    Buffer.concat(chunks).toString("utf8") + (bytes > HOOK_OUTPUT_BYTES_MAX ? `\n… ${bytes - HOOK_OUTPUT_BYTES_MAX} bytes more` : "");
}

function targetOf({ pid }: ChildProcess): Target | null {
  const startTicks = pid === undefined ? undefined : readProcess(pid)?.startTicks;
  return pid === undefined || startTicks === undefined ? null : { pid, startTicks };
}

/** Whether somebody of the group is left; a group's id is not given out again while one is. */
function groupLives(target: Target): boolean {
  const owner = readProcess(target.pid);
  return (!owner || owner.startTicks === target.startTicks) && groupExists(target.pid);
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string | null {
  if (signal !== null) return `was killed by ${signal}`;
  return code === 0 ? null : `exited with code ${code}`;
}
