import { chmodSync, chownSync, lstatSync, rmSync } from "node:fs";
import type { Hub } from "./server/hub.ts";
import { type OpenDoor, openDoor } from "./server/listen.ts";

/** What the doors of apps may have. */
export const APP_DOOR_LIMITS = {
  /** Users with a socket of their own at once. */
  doorsMax: 256,
  /** Connections of one user's apps at once: no user can take them all (`CLIENT_LIMITS.clientsMax`). */
  clientsMax: 1_000,
} as const;

interface AppDoor extends OpenDoor {
  /** Of the socket's file: one that was removed or replaced is not ours any more. */
  readonly inode: number;
}

/**
 * The sockets of apps that run as other users than the hub, each for one user alone (0600). Behind them everybody is a stranger who must say who he is, as behind the
 * TCP port. The daemon has them opened (`GHOST.DOOR`); they end with the hub.
 */
export class AppDoors {
  /** By path. */
  private readonly doors = new Map<string, AppDoor>();

  /** Listens at `path` for the user `uid`, unless it does. Throws what the system says, and where there are too many. */
  async open(hub: Hub, path: string, uid: number): Promise<void> {
    const before = this.doors.get(path);
    if (before && before.inode === inodeOf(path)) return;
    if (!before && this.doors.size >= APP_DOOR_LIMITS.doorsMax)
      throw new Error(`there are ${APP_DOOR_LIMITS.doorsMax} users with a socket already`);
    before?.close();
    this.doors.delete(path);
    rmSync(path, { force: true });
    const door = await listenAt(hub, path);
    chownSync(path, uid, -1);
    chmodSync(path, 0o600);
    this.doors.set(path, { close: () => door.close(), inode: inodeOf(path) ?? 0 });
  }

  /** Ends them all. */
  close(): void {
    for (const [path, door] of this.doors) {
      door.close();
      rmSync(path, { force: true });
    }
    this.doors.clear();
  }
}

/** Nobody but root may connect before it is given to its user. */
function listenAt(hub: Hub, path: string): Promise<OpenDoor> {
  const mask = process.umask(0o177);
  try {
    return openDoor(hub, { path, isTrusted: false, clientsMax: APP_DOOR_LIMITS.clientsMax });
  } finally {
    process.umask(mask);
  }
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}
