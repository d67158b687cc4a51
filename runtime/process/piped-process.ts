/** A process of Ghost's own that serves its parent on two pipes: requests on its standard input, answers on its standard output. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { rememberRuntimeChild } from "./spawn.ts";

/** What is kept of the end of its standard error, in bytes. */
const LAST_WORDS_BYTES = 4_096;
/** How long its pipes may stay open after its end, in ms: what it wrote just before is still read. */
const LAST_ANSWERS_MS = 1_000;

export interface PipedProcess {
  /** 0 when it could not be started. */
  readonly pid: number;
  send(bytes: Uint8Array): void;
  /** Ends its requests: it finishes what it has and ends. */
  end(): void;
  /** SIGKILL. */
  kill(): void;
}

/** How it ended. */
export interface PipedEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it could not be started; else the last line that it wrote on standard error; empty: none. */
  readonly lastLine: string;
}

export interface PipedListener {
  onAnswers(chunk: Buffer): void;
  /** Called once, after all answers. */
  onEnd(end: PipedEnd): void;
}

/** Starts it in a session of its own, so that no ^C reaches it. Never throws: one that cannot be started ends at once. */
export function startPiped(
  [file = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
  listener: PipedListener,
): PipedProcess {
  try {
    const child = spawn(file, args, {
      cwd: "/",
      env: environment as NodeJS.ProcessEnv,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    return watch(child, listener);
  } catch (error) {
    // Bun throws what Node emits.
    queueMicrotask(() => listener.onEnd(notStarted(error)));
    return { pid: 0, send() {}, end() {}, kill() {} };
  }
}

function watch(child: ChildProcess, listener: PipedListener): PipedProcess {
  rememberRuntimeChild(child);
  const lastWords = collectEnd(child.stderr);
  const answers = child.stdout as Readable;
  const answersEnded = new Promise<void>((resolve) => {
    answers.on("data", (chunk: Buffer) => listener.onAnswers(chunk));
    answers.on("error", () => resolve());
    answers.once("close", resolve).once("end", resolve);
  });
  // One that ends does not read what is on its way; its end is told below.
  child.stdin?.on("error", () => undefined);
  let isOver = false;
  const finish = async (end: PipedEnd) => {
    if (isOver) return;
    isOver = true;
    await within(LAST_ANSWERS_MS, answersEnded);
    for (const stream of child.stdio) stream?.destroy();
    listener.onEnd({ ...end, lastLine: end.lastLine || lastWords() });
  };
  child.once("exit", (code, signal) => void finish({ code, signal, lastLine: "" }));
  child.once("error", (error) => void finish(notStarted(error)));
  return {
    pid: child.pid ?? 0,
    send: (bytes) => void child.stdin?.write(bytes),
    end: () => void child.stdin?.end(),
    kill: () => void child.kill("SIGKILL"),
  };
}

function notStarted(error: unknown): PipedEnd {
  return { code: null, signal: null, lastLine: `it could not be started: ${(error as Error).message}` };
}

function collectEnd(stream: Readable | null): () => string {
  let tail = Buffer.alloc(0);
  stream?.on("data", (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk.subarray(-LAST_WORDS_BYTES)]).subarray(-LAST_WORDS_BYTES);
  });
  stream?.on("error", () => undefined);
  return () =>
    tail
      .toString("utf8")
      .split(/[\r\n]+/)
      .findLast((line) => line.trim() !== "") ?? "";
}

async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))]);
  clearTimeout(timer);
}
