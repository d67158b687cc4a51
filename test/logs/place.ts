/** A place for one test of the log pump: a temporary folder, targets in it, and what their files hold. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { gzipPath, listFiles, logPath } from "../../runtime/logs/file-set.ts";
import { type LogPump, type LogStreamTarget, type PumpEvent, startLogPump } from "../../runtime/logs/pump.ts";

/** Both pumps: each keeps the same promises, except where a test says so. */
export const PUMPS = ["thread", "stream"] as const;
export type PumpKind = (typeof PUMPS)[number];

/** A pump, and all that it has told so far. */
export interface ToldPump extends LogPump {
  readonly events: PumpEvent[];
}

/** Starts a pump of this kind. */
export async function startPump(kind: PumpKind): Promise<ToldPump> {
  process.env.GHOST_NO_FFI = kind === "stream" ? "1" : "0";
  try {
    const pump = Object.assign(await startLogPump(), { events: [] as PumpEvent[] });
    pump.onEvent = (event) => pump.events.push(event);
    return pump;
  } finally {
    delete process.env.GHOST_NO_FFI;
  }
}

export interface Place extends Disposable {
  readonly dir: string;
  /** A stream named `name`; by default with the contract's rotation policy. */
  target(name: string, policy?: Partial<LogStreamTarget>): LogStreamTarget;
}

/** Makes the folder; `using place = makePlace()` removes it. */
export function makePlace(): Place {
  const dir = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gl-"));
  mkdirSync(join(dir, "run"));
  return {
    dir,
    target: (name, policy = {}) => ({
      key: `shop/${name}/out`,
      fifo: join(dir, "run", `${name}.out`),
      file: join(dir, "logs", "shop", name, "out.log"),
      maxSizeBytes: 10 * 1024 * 1024,
      maxFiles: 5,
      compress: false,
      ...policy,
    }),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** The files of a stream, the oldest first, decompressed. */
export function filesOf(file: string): Buffer[] {
  const { plain, gzip } = listFiles(file);
  const numbers = [...new Set([...plain, ...gzip])].sort((a, b) => b - a);
  return numbers.map((number) =>
    plain.has(number) ? readFileSync(logPath(file, number)) : gunzipSync(readFileSync(gzipPath(file, number))),
  );
}

/** All that is in a stream's files. */
export function contentOf(file: string): Buffer {
  return Buffer.concat(filesOf(file));
}

/** Starts a program of which stdout is `fd`. */
export function startWriter(command: readonly string[], fd: number): ChildProcess {
  const [file = "", ...args] = command;
  return spawn(file, args, { stdio: ["ignore", fd, "inherit"] });
}

/** Runs a program with its stdout in the log, to its end and until the log has it all; gives its exit code. */
export async function runInto(pump: LogPump, target: LogStreamTarget, command: readonly string[]): Promise<number> {
  const fd = pump.open(target);
  const child = startWriter(command, fd);
  pump.closeWriter(fd);
  const [code] = (await once(child, "exit")) as [number];
  await pump.drain(target.key);
  return code;
}

/** Lines 1 to `count`, as `seq` prints them. */
export function numbered(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i + 1}\n`).join("");
}
