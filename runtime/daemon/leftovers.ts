/** What earlier daemons left in places that are this one's. */
import { lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Home } from "./home.ts";
import { log } from "./journal.ts";

/**
 * Removes the FIFOs of processes that are no longer registered: a daemon that was killed while it deleted one, or made one, left them. Whoever should
 * still have one open keeps it. `known` are the paths of all others. Never throws: what cannot be removed does no harm.
 */
export function removeStrayFifos(home: Home, known: ReadonlySet<string>): void {
  try {
    const strays = readdirSync(home.fifos)
      .map((name) => join(home.fifos, name))
      .filter((path) => !known.has(path) && lstatSync(path).isFIFO());
    for (const path of strays) rmSync(path, { force: true });
  } catch (error) {
    log(`cannot clear ${home.fifos}: ${(error as Error).message}`);
  }
}

/** Removes the folder of sockets that lie outside the home, and the links to them. To be called with the lock, once nobody listens any more. */
export function removeShortSocket({ socket, socketLink, hubSocketLink }: Home): void {
  if (socket === socketLink) return;
  for (const link of [socketLink, hubSocketLink]) rmSync(link, { force: true });
  try {
    rmdirSync(dirname(socket));
  } catch {
    // Gone already, or somebody put something there.
  }
}
