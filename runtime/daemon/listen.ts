import { chmodSync, chownSync, existsSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { readAddress } from "../client/address.ts";
import { overwriteInPlace, writeFileAtomically } from "../system/atomic-file.ts";
import { version } from "../system/version.ts";
import { type Home, prepareHome } from "./home.ts";
import { log } from "./journal.ts";
import type { Lock } from "./lock.ts";

/** Socket, address and lock are looked after so often, in ms: cleaners of old files, and people, remove them. */
const LOOK_MS = 2_000;
/** The address is always so long, in bytes, so that on a full disk it can be written over the one before. */
const ADDRESS_BYTES = 512;

/** Opens the socket (0600, or 0660 for the home's group) and then writes its address, so that nobody reads it too early. `beside` looks after other places as often. Whoever holds the lock may take a dead daemon's socket away. */
export async function listen(
  makeServer: () => Server,
  home: Home,
  startedAt: string,
  lock: Pick<Lock, "restore">,
  beside: () => void = () => {},
): Promise<Door> {
  const door = new Door(makeServer, home, startedAt, lock, beside);
  await door.open();
  return door;
}

/** The way in, for as long as the daemon lives: what disappears is put back. */
export class Door {
  private readonly makeServer: () => Server;
  private readonly home: Home;
  private readonly startedAt: string;
  private readonly lock: Pick<Lock, "restore">;
  private readonly beside: () => void;
  private readonly servers: Server[] = [];
  private complained = false;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(makeServer: () => Server, home: Home, startedAt: string, lock: Pick<Lock, "restore">, beside: () => void = () => {}) {
    this.lock = lock;
    this.beside = beside;
    this.makeServer = makeServer;
    this.home = home;
    this.startedAt = startedAt;
    this.timer = setInterval(() => void this.repair(), LOOK_MS).unref();
  }

  async open(): Promise<void> {
    const server = this.makeServer();
    rmSync(this.home.socket, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.home.socket, resolve);
    });
    this.admit(this.home.socket, 0o660);
    this.servers.push(server);
    await this.repair();
  }

  /** Takes no more requests; those under way have `limitMs` to end. Where another daemon comes at once (`next`) the address is blanked, not removed: on a full disk its file could not be made again. */
  async close(limitMs: number, next = false): Promise<void> {
    clearInterval(this.timer);
    if (next) blank(this.home.pidFile);
    else rmSync(this.home.pidFile, { force: true });
    // Before the servers close: nobody new is to ask one that will not answer.
    rmSync(this.home.socket, { force: true });
    const closed = Promise.all(this.servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, limitMs).unref())]);
    for (const server of this.servers) server.closeAllConnections();
  }

  private writeAddress(): void {
    const { socket, pidFile } = this.home;
    const address = JSON.stringify({ pid: process.pid, socket, hub: this.home.hubSocket, version, startedAt: this.startedAt }).padEnd(
      ADDRESS_BYTES,
    );
    try {
      writeFileAtomically(pidFile, address);
    } catch (error) {
      if (!existsSync(pidFile)) throw error;
      overwriteInPlace(pidFile, address.trimEnd());
    }
    this.admit(pidFile, 0o640);
  }

  /** `sharedMode` is for a home with a group; without one the path is its owner's alone. */
  private admit(path: string, sharedMode: number): void {
    const { groupId } = this.home;
    if (groupId !== null) chownSync(path, -1, groupId);
    chmodSync(path, groupId === null ? 0o600 : sharedMode);
  }

  private async repair(): Promise<void> {
    try {
      if (!existsSync(this.home.socket)) {
        prepareHome(this.home);
        return await this.open();
      }
      this.lock.restore();
      this.beside();
      if (readAddress(this.home.pidFile)?.pid !== process.pid) this.writeAddress();
      this.complained = false;
    } catch (error) {
      if (!this.complained) log(`cannot put socket, address and lock in their places: ${(error as Error).message}`);
      this.complained = true;
    }
  }
}

/** What cannot be blanked is removed: an address must not outlive its daemon. */
function blank(path: string): void {
  try {
    overwriteInPlace(path, "");
  } catch {
    rmSync(path, { force: true });
  }
}
