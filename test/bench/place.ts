import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, processesOf } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";

/** How long processes may take to be gone after the supervisor was told to stop, and again after SIGKILL, in milliseconds. */
const GONE_LIMIT_MS = 30_000;

/** A folder of one contender's one run; everything it starts and writes belongs to it. */
export interface Place {
  readonly base: string;
  /** The environment of commands: PATH, HOME (within), TMPDIR and LANG, nothing of the person's own. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a place in the system's temporary folder; with the same short path length for all, so that sockets fit. */
export function makePlace(): Place {
  const base = mkdtempSync(join(tmpdir(), "gb-"));
  const user = join(base, "user");
  mkdirSync(user);
  return { base, env: { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: user, TMPDIR: base, LANG: "C.UTF-8" } };
}

/** Waits until the place's processes are gone, kills those that are not, and removes the folder. Returns what had to be killed. */
export async function clearPlace({ base }: Place): Promise<readonly string[]> {
  await waitFor(() => processesOf(base).length === 0, { what: "processes to end", limitMs: GONE_LIMIT_MS, pauseMs: 50 }).catch(
    () => undefined,
  );
  const leftovers = processesOf(base);
  for (const { pid } of leftovers) kill(pid);
  await waitFor(() => leftovers.every(({ pid }) => !isAlive(pid)), { what: "killed processes to be gone", limitMs: GONE_LIMIT_MS });
  rmSync(base, { recursive: true, force: true });
  return leftovers.map(({ pid, command }) => `${pid} ${command}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in between.
  }
}
