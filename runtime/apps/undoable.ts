import { mkdirSync, renameSync, rmdirSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { entryAt } from "../system/look-at.ts";

/** Folders, files and links that are made one after another, and taken away again in reverse if it comes to that. Nothing that is there is overwritten. */
export class Undoable {
  private readonly steps: (() => void)[] = [];

  /** Makes a folder, and those above it, where they are not there. */
  folder(path: string, mode = 0o777): void {
    if (entryAt(path)) return;
    this.folder(dirname(path), mode);
    mkdirSync(path, { mode });
    this.steps.push(() => rmdirSync(path));
  }

  /** Makes a new folder that is taken away with all that was put into it. Throws EEXIST. */
  tree(path: string): void {
    mkdirSync(path);
    this.steps.push(() => rmSync(path, { recursive: true, force: true }));
  }

  /** Moves what was made here to where nothing is; that is taken away as a whole. */
  moved(from: string, path: string): void {
    renameSync(from, path);
    this.steps.push(() => rmSync(path, { recursive: true, force: true }));
  }

  /** Makes a new link. Throws EEXIST. */
  link(target: string, path: string): void {
    symlinkSync(target, path);
    this.steps.push(() => unlinkSync(path));
  }

  /** Takes all away again; what others put beside it meanwhile stays. */
  undo(): void {
    for (const step of this.steps.splice(0).reverse()) attempt(step);
  }
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // What cannot be taken away stays; the error that led here is the one to tell.
  }
}
