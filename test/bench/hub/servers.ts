import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHub } from "../../hub/servers/hub.ts";
import { type Server, startRedis } from "../../hub/servers/redis.ts";
import type { ContenderName } from "../contenders/contender.ts";

/** Who is measured as a hub. */
export type HubContender = Extract<ContenderName, "ghost" | "redis">;

/** A server in a folder that stays over its restarts, until the end of `await using`. */
export interface Place extends AsyncDisposable {
  readonly contender: HubContender;
  /** The server as of now. */
  readonly server: () => Server;
  /** Ends the server and starts it anew on the same files. */
  restart(): Promise<void>;
}

/** Starts a contender; `isDurable`: a reply to a write means that it is on disk, as it always does of the hub. */
export async function openPlace(contender: HubContender, isDurable: boolean): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "gb-"));
  const more = isDurable ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no", "--tcp-backlog", "2048"];
  const start = (): Promise<Server> => (contender === "ghost" ? startHub({ home: folder }) : startRedis({ folder, more }));
  let server = await start();
  return {
    contender,
    server: () => server,
    restart: async () => {
      await server[Symbol.asyncDispose]();
      server = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
