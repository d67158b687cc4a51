import { readlinkSync, rmSync, symlinkSync } from "node:fs";
import { basename } from "node:path";
import { APPS_PROJECT } from "../../../core/config/app-project.ts";
import type { Store } from "../../supervisor/store.ts";
import { entryAt } from "../../system/look-at.ts";

/** Where it rests in the state. */
const META_KEY = "deleted-apps";
/** So many are remembered; of older ones the links are gone for good, and the folders are apps again. */
const DELETED_MAX = 200;

/** An app that somebody deleted and whose folder is still there. */
export interface DeletedApp {
  /** The process's name. */
  readonly name: string;
  /** In `ghosts/`, absolute. */
  readonly folder: string;
  /** Where the link led that was taken away; null: it is a folder, and stays. */
  readonly link: string | null;
  /** Of the folder: another one in its place is another app. */
  readonly inode: number;
}

/**
 * What people deleted of the apps in `ghosts/`, remembered in the state: a link there is taken away, a folder is left alone and no app any more; `ghost start` brings
 * either back.
 */
export class DeletedApps {
  private readonly store: Pick<Store, "getMeta" | "setMeta">;
  private apps: readonly DeletedApp[];

  constructor(store: Pick<Store, "getMeta" | "setMeta">) {
    this.store = store;
    this.apps = JSON.parse(store.getMeta(META_KEY) ?? "[]") as DeletedApp[];
  }

  /** Takes note, and a link away; gives what a person should know of it. */
  add(name: string, folder: string): string {
    const inode = inodeOf(folder);
    if (inode === null) return `${folder} is gone`;
    const link = takeLinkAway(folder);
    this.save([...this.apps.filter((app) => app.folder !== folder), { name, folder, link, inode }].slice(-DELETED_MAX));
    const left =
      link === null ? `its folder ${folder} is left as it is` : `its folder ${link} is left as it is, the link ${folder} is gone`;
    return `${left}; ghost start ${name} brings it back`;
  }

  /** Whether the app in this folder is not to be registered. */
  has(folder: string): boolean {
    return this.apps.some((app) => app.folder === folder);
  }

  /** The app of a name, as people write it. */
  find(name: string): DeletedApp | undefined {
    return this.apps.find((app) => [app.name, `${APPS_PROJECT}/${app.name}`, basename(app.folder)].includes(name));
  }

  /** Forgets those whose place somebody has used or cleared meanwhile. To be called before a look at `ghosts/`. */
  settle(): void {
    const left = this.apps.filter(({ folder, link, inode }) => inodeOf(folder) === (link === null ? inode : null));
    if (left.length < this.apps.length) this.save(left);
  }

  /** Whoever asks for them by these names has them back. True when there was one. */
  bringBack(names: readonly string[]): boolean {
    const asked = names.map((name) => this.find(name)).filter((app) => app !== undefined);
    for (const { folder, link } of asked) if (link !== null) putLinkBack(link, folder);
    if (asked.length > 0) this.save(this.apps.filter((app) => !asked.includes(app)));
    return asked.length > 0;
  }

  private save(apps: readonly DeletedApp[]): void {
    this.apps = apps;
    this.store.setMeta(META_KEY, JSON.stringify(apps));
  }
}

function inodeOf(path: string): number | null {
  return entryAt(path)?.ino ?? null;
}

/** Gives where it led; null for what is no link, or may not be taken away. */
function takeLinkAway(path: string): string | null {
  try {
    const target = readlinkSync(path);
    rmSync(path);
    return target;
  } catch {
    return null;
  }
}

/** Somebody may have put another thing there meanwhile: that is what is meant then. */
function putLinkBack(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch {
    // The look that follows tells what is there.
  }
}
