import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../../rig/needs.ts";
import { waitFor } from "../../rig/wait.ts";
import { Connection } from "../wire/connection.ts";
import { textOf } from "../wire/reply.ts";

/** The major version whose behaviour the hub promises. */
const MAJOR = 7;

/** A server under test or beside it. */
export interface Server extends AsyncDisposable {
  /** What people call it. */
  readonly name: string;
  /** The path of its unix socket. */
  readonly socket: string;
  /** Its process. */
  readonly pid: number;
}

/** Why a comparison with Redis cannot run here; null where it can. */
export const cannotCompare: string | null = reasonAgainst();

/** How a redis-server is started. */
export interface RedisOptions {
  /** Default `redis`. */
  readonly name?: string;
  /** Words after the ones that every server here gets, e.g. `["--appendonly", "yes"]`. */
  readonly more?: readonly string[];
  /** The folder for its files, which must be there and stays; default a temporary one that goes with the server. */
  readonly folder?: string;
}

/** Starts a redis-server on a unix socket alone, without persistence unless asked, and ends it at the end of `await using`. */
export async function startRedis({ name = "redis", more = [], folder }: RedisOptions = {}): Promise<Server> {
  const dir = folder ?? mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gr-"));
  const socket = join(dir, `${name}.sock`);
  const words = [
    "--port",
    "0",
    "--unixsocket",
    socket,
    "--unixsocketperm",
    "700",
    "--save",
    "",
    "--dir",
    dir,
    "--daemonize",
    "no",
    ...more,
  ];
  const child = spawn(findProgram("redis-server")!, words, { stdio: "ignore" });
  await waitFor(() => answers(socket), { what: `redis-server on ${socket}` });
  return { name, socket, pid: child.pid!, [Symbol.asyncDispose]: () => end(child, folder === undefined ? dir : null) };
}

async function answers(socket: string): Promise<boolean> {
  const connection = await Connection.open(socket);
  try {
    return textOf(await connection.call("PING")) === "PONG";
  } finally {
    connection.close();
  }
}

async function end(child: ChildProcess, dir: string | null): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await gone;
  }
  if (dir !== null) rmSync(dir, { recursive: true, force: true });
}

function reasonAgainst(): string | null {
  const program = findProgram("redis-server");
  if (program === null) return "needs redis-server";
  const said = spawnSync(program, ["--version"], { encoding: "utf8" }).stdout;
  return said.includes(`v=${MAJOR}.`) ? null : `needs redis-server ${MAJOR}, and there is ${said.trim()}`;
}
