/** Runs the commands of health checks: each in a session of its own, of which nobody is left when the answer is given. */
import { type ChildProcess, spawn } from "node:child_process";
import { environmentOf } from "./environ.ts";
import { type Credentials, privilegePrefix } from "./privilege.ts";
import { signalGroup, signalProcess, type Target } from "./signal.ts";
import { rememberRuntimeChild } from "./spawn.ts";
import { readProcess, readProcessTable } from "./table.ts";

/** A command that writes more is killed, in bytes: its answer is the exit code, not a flood. */
export const PROBE_OUTPUT_BYTES_MAX = 1_048_576;
/** Of the output so much of the end is kept to find the last line in, in bytes. */
const TAIL_BYTES = 1_024;
/** What was written just before the end is read for so long, in ms; who left the group may hold the pipes open for ever. */
const LAST_WORDS_MS = 100;
/** GHOST_PROCESS of a probe begins so: who escapes from its group is nobody's, and ended with the other escapees. */
const TOKEN_PREFIX = "probe-";

export interface ProbeCommand {
  /** Absolute. */
  readonly file: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Null: the daemon's user. */
  readonly credentials: Credentials | null;
}

/** How a command ended. */
export interface ProbeOutcome {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last line with something in it that it wrote on stdout or stderr; empty: none. */
  readonly lastLine: string;
  /** True when it wrote more than `PROBE_OUTPUT_BYTES_MAX`, and was killed for it. */
  readonly flooded: boolean;
}

/** Runs a command; an abort of `signal` kills it. When this resolves, its whole group has been killed. Rejects when it cannot be started. */
export function runProbeCommand(command: ProbeCommand, signal: AbortSignal): Promise<ProbeOutcome> {
  return new Promise((resolve, reject) => {
    const child = startCommand(command);
    child.once("error", reject);
    const { pid } = child;
    if (pid === undefined) return;
    rememberRuntimeChild(child);
    // One that is gone already has no start time: then only a group without a leader is signalled.
    const leader: Target = { pid, startTicks: readProcess(pid)?.startTicks ?? -1 };
    const kill = (): void => void signalGroup(leader, "SIGKILL");
    const output = new Output(child, kill);
    signal.addEventListener("abort", kill);
    if (signal.aborted) kill();
    child.once("exit", async (code, ended) => {
      signal.removeEventListener("abort", kill);
      // Forks that stay would be one more with each question.
      kill();
      await output.closed(LAST_WORDS_MS);
      resolve({ code, signal: ended, lastLine: output.lastLine(), flooded: output.flooded });
    });
  });
}

function startCommand({ file, name, args, workingDirectory, environment, credentials }: ProbeCommand): ChildProcess {
  const prefix = privilegePrefix(credentials);
  const [program = "", ...words] = [...prefix, file, ...args];
  return spawn(program, words, {
    ...(prefix.length === 0 && { argv0: name }),
    cwd: workingDirectory,
    env: { ...environment, GHOST_PROCESS: `${TOKEN_PREFIX}${process.pid}` },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...(credentials && prefix.length === 0 && { uid: credentials.uid, gid: credentials.gid }),
  });
}

/** Both streams of a command: counted, and the end kept. */
class Output {
  flooded = false;
  private bytes = 0;
  private tail = Buffer.alloc(0);
  private readonly child: ChildProcess;
  private readonly end: Promise<unknown>;

  constructor(child: ChildProcess, kill: () => void) {
    this.child = child;
    this.end = new Promise((resolve) => child.once("close", resolve));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.take(chunk, kill));
      stream?.on("error", () => {});
    }
  }

  /** Resolves when all is read, or the time is up. */
  async closed(limitMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([this.end, new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))]);
    clearTimeout(timer);
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  lastLine(): string {
    const lines = this.tail.toString("utf8").split(/[\r\n]+/);
    return lines.findLast((line) => line.trim() !== "") ?? "";
  }

  private take(chunk: Buffer, kill: () => void): void {
    this.bytes += chunk.length;
    this.tail = Buffer.concat([this.tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    if (this.bytes <= PROBE_OUTPUT_BYTES_MAX || this.flooded) return;
    this.flooded = true;
    kill();
  }
}

/** Kills the probes that a daemon left behind which died in the middle of them. `home`: only those of this home. */
export function endStrayProbes(home: string): void {
  for (const entry of readProcessTable().entries.values()) {
    if (entry.state === "Z" || entry.pid === process.pid) continue;
    const environment = environmentOf(entry.pid);
    if (environment.get("GHOST_HOME") === home && environment.get("GHOST_PROCESS")?.startsWith(TOKEN_PREFIX))
      signalProcess(entry, "SIGKILL");
  }
}
