/** GHOST.NAMESPACES: where something is kept, or somebody works. */
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { refuse } from "../server/reply-error.ts";

define({ "ghost.namespaces": { arity: 1, isRead: true, run: namespaces } });

/** The names, sorted: `default`, those with keys, sagas or a file of SQL, and those in which a client is. What was entered and left again as it was is none. */
function namespaces(hub: Hub, client: Client): void {
  if (!client.isOperator) refuse("NAMESPACE only the operator may list namespaces");
  const names = [...new Set(["default", ...withKeys(hub), ...withClients(hub), ...hub.parts.sql.stored()])].sort();
  hub.output.array(names.length);
  for (const name of names) hub.output.text(name);
}

function* withKeys(hub: Hub): Generator<string> {
  const { keyspace } = hub;
  const withSagas = new Set(keyspace.db.all<{ namespace: number }>("SELECT DISTINCT namespace FROM sagas").map((row) => row.namespace));
  for (const space of keyspace.spaces()) if (keyspace.size(space) > 0 || withSagas.has(space.id)) yield nameOf(space.name);
}

function* withClients(hub: Hub): Generator<string> {
  for (const { isAuthenticated, space } of hub.clients.values()) if (isAuthenticated) yield nameOf(space.name);
}

/** A database of `SELECT n` belongs to its namespace. */
function nameOf(space: string): string {
  return space.split(":")[0] as string;
}
