import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GHOST } from "../rig/ghost.ts";
import { findProgram } from "../rig/needs.ts";
import { waitFor } from "../rig/wait.ts";

/** A server that sessions are tried on: a Redis, or a hub without a daemon. It is killed at the end of `await using`. */
export interface Server extends AsyncDisposable {
  /** The path of its socket. */
  readonly path: string;
  /** Kills it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again at the same place. */
  restart(): Promise<void>;
}

/** A redis-server that keeps nothing. */
export function startRedis(...more: string[]): Promise<Server> {
  const words = (folder: string) => ["--port", "0", "--unixsocket", join(folder, "redis.sock"), "--save", "", "--dir", folder, ...more];
  return start("redis.sock", (folder) => spawn(findProgram("redis-server") ?? "redis-server", words(folder), { stdio: "ignore" }));
}

/** A hub of a home of its own. */
export function startHub(): Promise<Server> {
  const [program = "", ...words] = GHOST;
  return start("run/hub.sock", (folder) => {
    for (const name of ["run", "data"]) mkdirSync(join(folder, name), { recursive: true });
    const env = { PATH: process.env.PATH, HOME: folder, GHOST_HOME: folder };
    return spawn(program, [...words, "hub", "serve"], { env, cwd: "/", stdio: ["ignore", "ignore", "inherit"] });
  });
}

async function start(socket: string, run: (folder: string) => ChildProcess): Promise<Server> {
  const folder = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? tmpdir(), "gb-"));
  const path = join(folder, socket);
  let child = run(folder);
  const ready = () => waitFor(() => accepts(path), { what: `a server at ${path}` });
  await ready();
  return {
    path,
    kill: () => kill(child),
    async restart() {
      await kill(child);
      rmSync(path, { force: true });
      child = run(folder);
      await ready();
    },
    async [Symbol.asyncDispose]() {
      await kill(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
