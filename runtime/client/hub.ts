import type { HubView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { DaemonClient } from "./client.ts";

/**
 * Has the hub running, whatever it takes (a client whose policy allows it starts the daemon, too), and gives where it listens once it answers. `by`: who asks, for
 * `why`. Throws HUB_UNREACHABLE of a daemon that is too old to have one, and what the daemon says of a hub that cannot start (START_FAILED, TIMED_OUT, NAME_TAKEN).
 */
export async function ensureHub(client: Pick<DaemonClient, "startHub">, by: string): Promise<Pick<HubView, "socket" | "pid">> {
  try {
    return await client.startHub(by);
  } catch (error) {
    if (!(error instanceof GhostError) || error.code !== "NOT_FOUND") throw error;
    throw new GhostError("HUB_UNREACHABLE", "cannot use the hub: the daemon that runs is of a version without one", {
      hint: "ghost daemon restart brings it up to date (no process is restarted)",
      cause: error,
    });
  }
}
