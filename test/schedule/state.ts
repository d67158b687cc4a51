/** The notes that a daemon leaves for the next one, for tests that let time pass in between. */
import { join } from "node:path";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import type { Home } from "../rig/home.ts";

/** The `meta` rows of a home whose daemon does not run. */
export interface State {
  getMeta(key: string): string;
  setMeta(key: string, value: string): void;
}

/** Opens a home's `state.db` while no daemon runs, and closes it after `work`. */
export async function openState(home: Home, work: (state: State) => void): Promise<void> {
  const database = await openSqlite(join(home.dir, "data/state.db"));
  try {
    work({
      getMeta: (key) => database.get<{ value: string }>("SELECT value FROM meta WHERE key = ?", [key])?.value ?? "",
      setMeta: (key, value) => database.run("UPDATE meta SET value = ? WHERE key = ?", [value, key]),
    });
  } finally {
    database.close();
  }
}
