/** The hub's composition root: `ghost hub serve`. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findHome } from "../daemon/home.ts";
import { version } from "../system/version.ts";
import "./commands/apps.ts";
import "./commands/bus.ts";
import "./commands/clients.ts";
import "./commands/connection.ts";
import "./commands/ghost.ts";
import "./commands/hashes.ts";
import "./commands/health.ts";
import "./commands/keys.ts";
import "./commands/metrics.ts";
import "./commands/namespaces.ts";
import "./commands/saga.ts";
import "./commands/sql.ts";
import "./commands/streams.ts";
import "./commands/streams-claim.ts";
import "./commands/streams-groups.ts";
import "./commands/streams-info.ts";
import "./commands/streams-read.ts";
import "./commands/streams-take.ts";
import "./commands/strings.ts";
import "./commands/transactions.ts";
import { AppDoors } from "./app-doors.ts";
import { DaemonDoor } from "./daemon-door.ts";
import { Keyspace } from "./keyspace/keyspace.ts";
import type { Client } from "./server/client.ts";
import { DirectSockets } from "./server/direct-sockets.ts";
import { Hub, type HubAccount } from "./server/hub.ts";
import { type Door, openDoor } from "./server/listen.ts";
import { openTcpDoor, operatorToken, readSettings } from "./settings.ts";
import { SqlGateway } from "./sql/gateway.ts";
import { SQL_LIMITS } from "./sql/limits.ts";
import { hubSecret, namespaceOf } from "./tokens.ts";

/** The descriptor at which a listener is handed down (sd_listen_fds(3)). */
const HANDED_DOWN = 3;

/**
 * Runs the hub of the home at `root` until SIGTERM or SIGINT; gives the exit code. Says on standard output when it accepts. Throws what opening its
 * file or its socket throws.
 */
export async function runHub(root: string): Promise<number> {
  const home = findHome(root);
  for (const folder of [home.data, home.run]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const warnings: string[] = [];
  const tell = (text: string): void => {
    warnings.push(text);
    console.error(text);
  };
  const settings = await readSettings(home, tell);
  const isLasting = settings.data.storage.sqlite.enabled;
  const folder = isLasting ? home.data : emptyFolder(join(home.run, "hub"));
  const keyspace = await Keyspace.open(join(folder, "hub.db"), isLasting);
  const report = (line: string): void => console.error(line);
  const sql = new SqlGateway({ dataFolder: folder, report });
  const secret = hubSecret(join(home.data, "hub-secret"));
  let end: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const fatal = (error: unknown): void => {
    console.error(`the hub ends, to begin anew: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    // What is not on disk was not acknowledged: nothing more is written or answered.
    hub.halt();
    end(1);
  };
  const isOperator = operatorToken(settings.hub);
  const identify = (token: string) => {
    if (isOperator(token)) return { namespace: "default", isOperator: true };
    const namespace = namespaceOf(secret, token);
    return namespace === null ? null : { namespace, isOperator: false };
  };
  const account: HubAccount & { listens: string | null } = { storage: isLasting ? "disk" : "memory", listens: null, warnings };
  const daemon = new DaemonDoor(home);
  const doors = new AppDoors();
  const sockets = DirectSockets.open<Client>((client, bytes) => hub.receive(client, bytes));
  const hub = new Hub({ keyspace, sql, version, identify, daemon, fatal, doors, report, sockets, account: () => account });
  const door = await openDoor(hub, doorOf(home.hubSocket));
  const tcpDoor = await openTcpDoor(hub, settings.hub, tell);
  account.listens = tcpDoor && settings.hub ? `${settings.hub.listen.host}:${settings.hub.listen.port}` : null;
  console.log(`the hub accepts at ${home.hubSocket}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(0));
  const code = await ended;
  if (code !== 0) return code;
  door.close();
  tcpDoor?.close();
  doors.close();
  daemon.close();
  hub.close();
  sockets?.close();
  // All were hung up: nobody waits for what runs.
  await sql.close(SQL_LIMITS.shutdownMs);
  keyspace.close();
  return 0;
}

/** For a hub that keeps nothing (`storage.sqlite.enabled: false`): SQLite wants files, but they begin empty and are never waited for. */
function emptyFolder(path: string): string {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function doorOf(path: string): Door {
  if (process.env.LISTEN_FDS === "1") return { descriptor: HANDED_DOWN, path, isTrusted: true };
  rmSync(path, { force: true });
  process.umask(0o177);
  return { path, isTrusted: true };
}
