/** The parts of this program's SDK: its one connection, or what a test put in their place. */
import type { Clock } from "../../core/bus/session/transport.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { systemClock } from "../client/hub-connection.ts";
import { Connection } from "./connection.ts";
import type { InitOptions } from "./init-options.ts";
import { doubles } from "./install.ts";
import type { Metrics } from "./metrics.ts";
import { findPlace } from "./place.ts";

let open: Connection | null = null;

/** The connection of this program, made at its first use; it reaches the hub only when something is asked of it. */
export function connection(): Connection {
  return open ?? newConnection({});
}

/** Makes it as the program says. */
export function newConnection(options: InitOptions): Connection {
  if (open) throw new GhostError("USAGE", "cannot init Ghost: it is in use");
  open = new Connection(findPlace(options));
  return open;
}

/** The same, null where nothing needed it yet. */
export function openConnection(): Connection | null {
  return open;
}

/** Ends it; the next use makes another. */
export async function closeConnection(): Promise<void> {
  const closing = open;
  open = null;
  await closing?.close();
}

/** Time. */
export function clock(): Clock {
  return doubles().clock ?? systemClock;
}

/** Who is measured to. */
export function metrics(): Metrics {
  return doubles().metrics ?? connection().metrics;
}
