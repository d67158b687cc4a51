import { existsSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { registered } from "../../core/lifecycle/state.ts";
import { environmentOf } from "../process/environ.ts";
import { readProcessTable } from "../process/table.ts";
import { migrate } from "../storage/sqlite/migrate.ts";
import { openSqlite } from "../storage/sqlite/open.ts";
import { DefinitionsFile } from "./definitions-file.ts";
import { LastingDatabase } from "./lasting-database.ts";
import { MIGRATIONS } from "./migrations.ts";
import { ReserveFile } from "./reserve-file.ts";
import { type LostSecrets, SecretsFile } from "./secrets-file.ts";
import { setAside } from "./set-aside.ts";
import { Store } from "./store.ts";

export interface StorePlaces {
  /** The home: GHOST_HOME of what was started in it. */
  readonly root: string;
  readonly stateFile: string;
  readonly definitionsFile: string;
  readonly secretsFile: string;
  readonly reserveFile: string;
}

export interface OpenedStore {
  readonly store: Store;
  readonly secrets: SecretsFile;
  /** Set when `state.db` was damaged or gone: where it was put, and how many definitions the copy gave back. */
  readonly damage: { readonly asideFile: string | null; readonly recovered: number; readonly reason: string } | null;
  /** Set when `data/secrets` could not be read: what was registered with secrets cannot start until it is registered again. */
  readonly lostSecrets: LostSecrets | null;
}

interface StoreFiles {
  readonly secrets: SecretsFile;
  readonly definitions: DefinitionsFile;
  readonly reserve: ReserveFile;
}

/**
 * Opens the state of a home. A damaged `state.db` is set aside, never deleted, and what was registered is taken from its
 * copy; of damaged secrets there is none. Throws DATABASE_LOCKED, PERMISSION_DENIED, NO_SPACE and the like.
 */
export async function openStore(places: StorePlaces): Promise<OpenedStore> {
  const opened = await openOrRecover(places);
  opened.store.takeReserve();
  return opened;
}

async function openOrRecover(places: StorePlaces): Promise<OpenedStore> {
  const secrets = new SecretsFile(places.secretsFile);
  const files: StoreFiles = {
    secrets,
    definitions: new DefinitionsFile(places.definitionsFile),
    reserve: new ReserveFile(places.reserveFile),
  };
  try {
    const store = await openDatabase(places, files);
    // SQLite takes an empty file for a new database. Where something was registered once, it is one that was lost.
    const reason = store.getMeta("boot") === undefined ? whyLost(places, files.definitions) : null;
    const damage = reason === null ? null : { asideFile: null, recovered: recover(store, files), reason };
    return { store, secrets, damage, lostSecrets: secrets.lost };
  } catch (error) {
    if (!(error instanceof GhostError) || error.code !== "STATE_DAMAGED") throw error;
    const asideFile = setAside(places.stateFile, ["", "-wal", "-journal"]);
    const store = await openDatabase(places, files);
    const damage = { asideFile, recovered: recover(store, files), reason: error.message };
    return { store, secrets, damage, lostSecrets: secrets.lost };
  }
}

async function openDatabase(places: StorePlaces, files: StoreFiles): Promise<Store> {
  const database = await openSqlite(places.stateFile, { synchronous: "NORMAL" });
  try {
    migrate(database, MIGRATIONS);
    const lasting = new LastingDatabase(database);
    const store = new Store(lasting, files);
    lasting.onGone = () => store.noteGone();
    lasting.onRestored = () => store.noteRestored();
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Why a state without any content is one that was lost; null where there never was another. */
function whyLost({ root, definitionsFile }: StorePlaces, definitions: DefinitionsFile): string | null {
  const gone = "it was gone or empty";
  const copy = definitions.read();
  if (copy) return copy.processes.length > 0 ? gone : null;
  if (existsSync(definitionsFile)) return `${gone}, and its copy cannot be read and was set aside as ${setAside(definitionsFile)}`;
  const pids = runningIn(root);
  return pids.length === 0 ? null : `${gone}, and its copy, too; what it knew runs on and is not supervised: pid ${pids.join(", ")}`;
}

/**
 * The processes that a daemon of this home started and that nobody ended. What `ghost run` started is not among them (it has no GHOST_PROJECT): it is no
 * daemon's to know, and runs before the first daemon of a home does.
 */
function runningIn(root: string): number[] {
  const alive = [...readProcessTable().entries.values()].filter((entry) => entry.state !== "Z" && entry.ppid !== 2);
  return alive
    .map(({ pid }) => pid)
    .filter((pid) => {
      const environment = environmentOf(pid);
      return environment.has("GHOST_PROCESS") && environment.has("GHOST_PROJECT") && environment.get("GHOST_HOME") === root;
    });
}

/** Registers everything that the copy holds; gives the number of processes. */
function recover(store: Store, files: StoreFiles): number {
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
