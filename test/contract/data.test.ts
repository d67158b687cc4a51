import { openFileData, openMemoryData } from "../../runtime/storage/local-data.ts";
import { test } from "../rig/test.ts";
import { makeFolder } from "../storage/folder.ts";
import { dataContract, type Opened } from "./data-contract.ts";

async function openMemory(): Promise<Opened> {
  const data = await openMemoryData();
  return { data, [Symbol.asyncDispose]: () => data[Symbol.asyncDispose]() };
}

async function openFiles(): Promise<Opened> {
  const folder = makeFolder();
  const data = await openFileData(folder.path);
  return {
    data,
    async [Symbol.asyncDispose]() {
      await data[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

dataContract({ name: "memory", open: openMemory });
dataContract({ name: "SQLite files", open: openFiles });

test.run();
