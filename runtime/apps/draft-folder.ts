/**
 * Where an app is written before it is there: all of it appears at once, and what a killed `ghost create` left half done is in nobody's way.
 */
import { readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readProcess } from "../process/table.ts";
import { entryAt } from "../system/look-at.ts";
import type { Undoable } from "./undoable.ts";

/** The process that writes it is in its name. */
const DRAFT = /^\..+\.(\d+)\.ghost-draft$/;

/**
 * Makes the folder in which what will be `folder` is written: beside it, or in it where an empty folder is there already, because that may be a mount, or somebody's
 * working directory. What dead processes left in its place is taken away. Throws the system's error.
 */
export function makeDraft(folder: string, made: Undoable): string {
  const place = entryAt(folder) ? folder : dirname(folder);
  made.folder(place);
  for (const name of readdirSync(place)) {
    if (isAbandoned(name) && name.startsWith(`.${basename(folder)}.`)) rmSync(join(place, name), { recursive: true, force: true });
  }
  const draft = join(place, `.${basename(folder)}.${process.pid}.ghost-draft`);
  made.tree(draft);
  return draft;
}

/** Whether an entry of a folder is a draft whose writer is gone. One with this process's own number is of another that had it before. */
export function isAbandoned(name: string): boolean {
  const pid = Number(DRAFT.exec(name)?.[1] ?? Number.NaN);
  return pid === process.pid || (Number.isInteger(pid) && readProcess(pid) === undefined);
}

/** Whether somebody is writing what will be this folder, which is not there yet. Never throws. */
export function isBeingMade(folder: string): boolean {
  try {
    return readdirSync(dirname(folder)).some((name) => name.startsWith(`.${basename(folder)}.`) && DRAFT.test(name) && !isAbandoned(name));
  } catch {
    return false; // Its place is not there, either, or cannot be read.
  }
}

/** Puts a draft where it belongs. Throws the system's error, EEXIST or ENOTEMPTY where somebody was there first. */
export function settleDraft(draft: string, folder: string, made: Undoable): void {
  if (!entryAt(folder)) return renameSync(draft, folder);
  for (const name of appFileLast(readdirSync(draft))) {
    const target = join(folder, name);
    if (entryAt(target)) throw Object.assign(new Error(`EEXIST: ${target} is there`), { code: "EEXIST" });
    made.moved(join(draft, name), target);
  }
  rmdirSync(draft);
}

/** It is what makes a folder an app. */
function appFileLast(names: readonly string[]): string[] {
  return [...names.filter((name) => name !== ".ghost.yaml"), ...names.filter((name) => name === ".ghost.yaml")];
}
