import { NODE_DEFAULT, type NodeConfiguration, type NodeDoor } from "../../core/config/node-configuration.ts";
import { readNodeConfiguration } from "../config/read-node-file.ts";
import type { Home } from "../daemon/home.ts";
import { keptConfiguration } from "../daemon/last-configuration.ts";
import { TokenFile } from "../daemon/token-file.ts";
import type { Hub } from "./server/hub.ts";
import { type OpenDoor, openDoor } from "./server/listen.ts";

/** Takes what a person should know, the remedy in brackets at its end. */
export type Tell = (text: string) => void;

/**
 * The node's configuration. One that cannot be used is told, and the last good one holds, or else the defaults: the hub's socket, and whether it keeps anything, must
 * not depend on a slip of the pen.
 */
export async function readSettings(home: Pick<Home, "root" | "keptConfigFile">, tell: Tell): Promise<NodeConfiguration> {
  try {
    return (await readNodeConfiguration(home.root, process.env)).configuration;
  } catch (error) {
    const kept = await keptConfiguration(home.root, home.keptConfigFile);
    const holds = kept ? "last good configuration holds" : "defaults hold";
    tell(`${(error as Error).message}; for the hub the ${holds} (mend it, then ghost hub restart)`);
    return kept ?? NODE_DEFAULT;
  }
}

/** Whether a text is the token of the TCP door; who has it is the operator. */
export function operatorToken(door: NodeDoor | null): (token: string) => boolean {
  if (!door) return () => false;
  const file = new TokenFile(door.tokenFile);
  return (token) => {
    try {
      return file.fits(token);
    } catch (error) {
      console.error((error as Error).message);
      return false;
    }
  };
}

/** Opens the TCP door, behind which every client must say who it is. What is wrong with it is told, and closes this door alone. */
export async function openTcpDoor(hub: Hub, door: NodeDoor | null, tell: Tell): Promise<OpenDoor | null> {
  if (!door) return null;
  const { host, port } = door.listen;
  try {
    new TokenFile(door.tokenFile).check();
    const open = await openDoor(hub, { host, port, isTrusted: false });
    console.log(`the hub accepts at ${host}:${port}, from whoever has the token of ${door.tokenFile}`);
    return open;
  } catch (error) {
    tell(`the hub cannot listen at ${host}:${port}: ${(error as Error).message} (mend it, then ghost hub restart)`);
    return null;
  }
}
