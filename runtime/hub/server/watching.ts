import type { Client } from "./client.ts";

/** Ends all watching of a client. */
export function unwatch(client: Client): void {
  for (const { stop } of client.watched.splice(0)) stop();
  client.isDoomed = false;
}
