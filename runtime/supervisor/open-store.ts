import { GhostError } from "../../core/errors/ghost-error.ts";
import { registered } from "../../core/lifecycle/state.ts";
import { migrate } from "../storage/sqlite/migrate.ts";
import { openSqlite } from "../storage/sqlite/open.ts";
import { DefinitionsFile } from "./definitions-file.ts";
import { MIGRATIONS } from "./migrations.ts";
import { type LostSecrets, SecretsFile } from "./secrets-file.ts";
import { setAside } from "./set-aside.ts";
import { Store } from "./store.ts";

export interface StorePlaces {
  readonly stateFile: string;
  readonly definitionsFile: string;
  readonly secretsFile: string;
}

export interface OpenedStore {
  readonly store: Store;
  readonly secrets: SecretsFile;
  /** Set when `state.db` was damaged or gone: where it was put, and how many definitions the copy gave back. */
  readonly damage: { readonly asideFile: string | null; readonly recovered: number; readonly reason: string } | null;
  /** Set when `data/secrets` could not be read: what was registered with secrets cannot start until it is registered again. */
  readonly lostSecrets: LostSecrets | null;
}

/**
 * Opens the state of a home. A damaged `state.db` is set aside, never deleted, and what was registered is taken from its
 * copy; of damaged secrets there is none. Throws DATABASE_LOCKED, PERMISSION_DENIED, NO_SPACE and the like.
 */
export async function openStore(places: StorePlaces): Promise<OpenedStore> {
  const secrets = new SecretsFile(places.secretsFile);
  const files = { secrets, definitions: new DefinitionsFile(places.definitionsFile) };
  try {
    const store = await openDatabase(places, files);
    // SQLite takes an empty file for a new database. Where something was registered once, it is one that was lost.
    const lost = store.getMeta("boot") === undefined && (files.definitions.read()?.processes.length ?? 0) > 0;
    const damage = lost ? { asideFile: null, recovered: recover(store, files), reason: "it was gone or empty" } : null;
    return { store, secrets, damage, lostSecrets: secrets.lost };
  } catch (error) {
    if (!(error instanceof GhostError) || error.code !== "STATE_DAMAGED") throw error;
    const asideFile = setAside(places.stateFile, ["", "-wal", "-journal"]);
    const store = await openDatabase(places, files);
    const damage = { asideFile, recovered: recover(store, files), reason: error.message };
    return { store, secrets, damage, lostSecrets: secrets.lost };
  }
}

async function openDatabase(places: StorePlaces, files: { secrets: SecretsFile; definitions: DefinitionsFile }): Promise<Store> {
  const database = await openSqlite(places.stateFile, { synchronous: "NORMAL" });
  try {
    migrate(database, MIGRATIONS);
    return new Store(database, files);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Registers everything that the copy holds; gives the number of processes. */
function recover(store: Store, files: { secrets: SecretsFile; definitions: DefinitionsFile }): number {
  const copy = files.definitions.read();
  if (!copy) return 0;
  for (const head of copy.manifests) {
    const processes = copy.processes
      .filter((process) => process.manifestId === head.id)
      .map(({ desired, ...process }) => ({
        ...process,
        instance: process.instance ?? 0,
        machine: { ...registered, desired },
        results: [],
        members: [],
      }));
    store.saveRegistration(head, files.secrets.of(head.id), processes, []);
  }
  if (copy.groups?.length) store.saveGroups(copy.groups);
  return copy.processes.length;
}
