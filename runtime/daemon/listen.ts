import { chmodSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { version } from "../system/version.ts";
import type { Home } from "./home.ts";

/** Opens the socket (0600) and then writes its address, so that nobody reads it too early. Whoever holds the lock may take a dead daemon's socket away. */
export async function listen(server: Server, home: Home, startedAt: string): Promise<void> {
  rmSync(home.socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(home.socket, resolve);
  });
  chmodSync(home.socket, 0o600);
  writeFileAtomically(home.pidFile, JSON.stringify({ pid: process.pid, socket: home.socket, version, startedAt }));
}
