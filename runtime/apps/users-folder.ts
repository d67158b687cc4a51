/**
 * What apps that run as another user (`user:`) need of a home. The home is closed to them, so this lies outside of it, in a folder of root's that everybody may
 * pass and nobody else may look into or write to: a socket of the hub for each user, and what Ghost needs as a runtime.
 */
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** Only root may write there, and a boot clears them. */
const SYSTEM_FOLDERS = ["/run", "/var/run"];
/** Everybody may pass, nobody may look or write. */
const PASSABLE = 0o711;

/** The folder of the home at `root`. */
export function usersFolder(root: string): string {
  const parent = SYSTEM_FOLDERS.find((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory()) ?? tmpdir();
  return join(parent, `ghost-apps-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`);
}

/** The hub's socket for the apps of the user with this id: their GHOST_HUB. */
export function appSocket(root: string, uid: number): string {
  return join(usersFolder(root), `${uid}.sock`);
}

/** Makes the folder and gives its path. Throws HOME_UNUSABLE where somebody else was there before, and what the system refuses. */
export function prepareUsersFolder(root: string): string {
  const folder = usersFolder(root);
  if (mkdirSync(folder, { recursive: true, mode: PASSABLE }) !== undefined) chmodSync(folder, PASSABLE);
  const stats = lstatSync(folder);
  if (stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0) return folder;
  throw new GhostError(
    "HOME_UNUSABLE",
    `cannot use ${folder} for the apps of other users: it belongs to somebody else or is open to others`,
    {
      hint: `remove ${folder}`,
    },
  );
}

/** Removes it, once neither hub nor apps are there any more. Never throws: what is left does no harm, because nobody listens there. */
export function removeUsersFolder(root: string): void {
  try {
    rmSync(usersFolder(root), { recursive: true, force: true });
  } catch {
    // It is somebody else's.
  }
}
