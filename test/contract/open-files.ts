import type { GhostData } from "../../core/data/ghost-data.ts";
import { openFileData } from "../../runtime/storage/local-data.ts";
import { makeFolder } from "../storage/folder.ts";
import type { Opened } from "./data-contract.ts";

/** Data in SQLite files of a folder of its own. What the disk says is for the tests of SQLite. */
export async function openFiles(decorate: (core: GhostData) => Promise<GhostData>): Promise<Opened> {
  const folder = makeFolder();
  const data = await decorate(await openFileData(folder.path, { synchronous: "NORMAL" }));
  return {
    data,
    async [Symbol.asyncDispose]() {
      await data[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
