import type { HistoryEntry } from "../../core/api/wire.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { OWN_MANIFEST_ID } from "../../core/config/own-processes.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { SelectableGroup } from "../../core/graph/select.ts";
import { openSqlite } from "../storage/sqlite/open.ts";
import { HistoryTable } from "../supervisor/history-table.ts";
import { selectHistories, type TimelineQuery, timelineOf } from "../supervisor/timeline.ts";
import { findHome, inHome } from "./home.ts";
import { takeLock } from "./lock.ts";

/**
 * What happened in a home whose daemon was stopped, read from its state: whoever wants to know why everything is down must not have to
 * start everything. Holds the daemon's lock meanwhile. Throws DAEMON_UNREACHABLE when one has just come, NOT_FOUND and USAGE as the daemon does.
 */
export async function readHistoryOffline(root: string, names: readonly string[], query: TimelineQuery): Promise<HistoryEntry[]> {
  const home = findHome(root);
  const lock = inHome(home, () => takeLock(home.lockFile));
  if (!lock)
    throw new GhostError("DAEMON_UNREACHABLE", "cannot read the history: a daemon is just starting or ending", { hint: "try again" });
  try {
    const database = await openSqlite(home.stateFile);
    try {
      const table = new HistoryTable(database);
      const rows = database.all<{ definition: string; instance: number; manifest_id: string }>(
        "SELECT definition, instance, manifest_id FROM processes",
      );
      const registered = rows.map(({ definition, instance, manifest_id }) => {
        const { project, name } = JSON.parse(definition) as ProcessDefinition;
        return { project, name, instance: Number(instance), own: manifest_id === OWN_MANIFEST_ID };
      });
      const groups = database
        .all<{ head: string }>("SELECT head FROM manifests")
        .flatMap(({ head }) => (JSON.parse(head) as { groups?: SelectableGroup[] }).groups ?? []);
      const of = names.length === 0 ? null : selectHistories(names, registered, groups, () => table.named());
      return timelineOf({ history: (...asked) => table.newest(...asked) }, of, query);
    } finally {
      database.close();
    }
  } finally {
    lock.release();
  }
}
