import { accessSync, constants, existsSync, renameSync, rmSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { SqliteDatabase } from "../../storage/sqlite/open.ts";

/** Copies all that is committed to `path`, absolute, where nothing may be yet; nothing is there until the copy is whole and on the disk. Throws USAGE or what `copyTo` throws. */
export function backUp(db: Pick<SqliteDatabase, "copyTo">, path: string): void {
  if (!isAbsolute(path)) throw new GhostError("USAGE", `cannot write the copy to ${path}: the path must be absolute`);
  if (existsSync(path))
    throw new GhostError("USAGE", `cannot write the copy to ${path}: something is there already`, { hint: "name a new file" });
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "is not there" : "cannot be written";
    throw new GhostError("USAGE", `cannot write the copy to ${path}: the folder ${folder} ${why}`);
  }
  const partial = `${path}.partial`;
  rmSync(partial, { force: true });
  try {
    db.copyTo(partial);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
