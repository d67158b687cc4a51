/** GHOST.HEALTH: whether the hub's backends answer, and how fast. */
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";

define({ "ghost.health": { arity: 1, isRead: true, run: health } });

function health(hub: Hub, _client: Client): void {
  const { keyspace } = hub;
  const begin = performance.now();
  let error = keyspace.failure?.message ?? null;
  try {
    keyspace.db.get("SELECT 1");
  } catch (reason) {
    error ??= (reason as Error).message;
  }
  const latencyMs = Math.round((performance.now() - begin) * 1000) / 1000;
  const sqlite = error === null ? { status: "healthy", latencyMs } : { status: "unhealthy", latencyMs, error };
  const now = Date.now();
  const account = hub.parts.account?.();
  hub.output.text(
    JSON.stringify({
      status: sqlite.status,
      checks: { sqlite },
      ...account,
      warnings: [...(account?.warnings ?? []), ...hub.cutOffs.warnings(now)],
      clients: hub.clients.size,
      version: hub.parts.version,
      uptimeSeconds: Math.floor((now - hub.startedAt) / 1000),
      memoryBytes: process.memoryUsage.rss(),
      slowSubscribers: hub.counts.slowSubscribers,
      cutOff: hub.cutOffs.list(now),
      kept: hub.retained.status(),
      sql: hub.parts.sql.status(),
    }),
  );
}
