import type { Store } from "../../supervisor/store.ts";
import { entryAt } from "../../system/look-at.ts";

/** Where it rests in the state. */
const META_KEY = "vanished-apps";
/** So many are remembered; older ones are registered when their file is back, and not started. */
const VANISHED_MAX = 200;

interface VanishedApp {
  /** In `ghosts/`, absolute. */
  readonly folder: string;
  /** Of the folder or link, which stayed: another one in its place is another app. */
  readonly inode: number;
}

/** Apps that were wanted up and ran when their `.ghost.yaml` went away while folder or link stayed, remembered in the state: with the file they are started again. */
export class VanishedApps {
  private readonly store: Pick<Store, "getMeta" | "setMeta">;
  private apps: readonly VanishedApp[];

  constructor(store: Pick<Store, "getMeta" | "setMeta">) {
    this.store = store;
    this.apps = JSON.parse(store.getMeta(META_KEY) ?? "[]") as VanishedApp[];
  }

  /** Takes note, unless the whole entry is gone: then whatever comes there is another app. */
  add(folder: string): void {
    const inode = entryAt(folder)?.ino;
    if (inode === undefined) return;
    this.save([...this.apps.filter((app) => app.folder !== folder), { folder, inode }].slice(-VANISHED_MAX));
  }

  has(folder: string): boolean {
    return this.apps.some((app) => app.folder === folder);
  }

  /** It is back, or was deleted. */
  forget(folder: string): void {
    if (this.has(folder)) this.save(this.apps.filter((app) => app.folder !== folder));
  }

  /** Forgets those whose place somebody has cleared or used meanwhile. To be called before a look at `ghosts/`. */
  settle(): void {
    const left = this.apps.filter(({ folder, inode }) => entryAt(folder)?.ino === inode);
    if (left.length < this.apps.length) this.save(left);
  }

  private save(apps: readonly VanishedApp[]): void {
    this.apps = apps;
    this.store.setMeta(META_KEY, JSON.stringify(apps));
  }
}
