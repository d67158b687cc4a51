import { lstatSync, mkdirSync, readdirSync, readlinkSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { entryAt, fileProblem, shownPath } from "../system/look-at.ts";
import { type AppFile, appFiles } from "./app-files.ts";
import { isAbandoned, makeDraft, settleDraft } from "./draft-folder.ts";
import type { AppWords } from "./placeholders.ts";
import type { Template } from "./template.ts";
import { Undoable } from "./undoable.ts";

/** Where an app is to be made. */
export interface AppPlaces {
  readonly name: string;
  /** Absolute; must not exist, or be an empty folder. */
  readonly folder: string;
  /** The home whose `ghosts/` gets the link; absolute. */
  readonly home: string;
}

/** What app to make, and where. */
export interface AppOrder extends AppPlaces, AppWords {
  readonly template: Template;
}

/** What was made. */
export interface MadeApp {
  readonly folder: string;
  /** The link in `ghosts/`; null where the app itself lies there. */
  readonly link: string | null;
  /** Relative to the folder, in order; without the client library's. */
  readonly files: readonly string[];
}

/**
 * Writes an app and links it into the home's `ghosts/`, where the daemon finds it. Nothing that is there is overwritten, it is there as a whole or not at all, and
 * when it fails half way all that was made is taken away again. Throws USAGE, NAME_TAKEN, PERMISSION_DENIED, NO_SPACE or FAILED.
 */
export async function makeApp(order: AppOrder): Promise<MadeApp> {
  const problem = placeProblem(order);
  if (problem) throw problem;
  const files = await appFiles(order.template, order);
  const made = new Undoable();
  try {
    const draft = makeDraft(order.folder, made);
    for (const file of files) writeOne(file, draft);
    // A link that leads nowhere is in nobody's way should this be the end; an app without its link would be.
    const link = linkIntoHome(order, made);
    settleDraft(draft, order.folder, made);
    return { folder: order.folder, link, files: order.template.files.map(({ path }) => path) };
  } catch (error) {
    made.undo();
    throw error instanceof GhostError ? error : failure(order, error as NodeJS.ErrnoException);
  }
}

function failure({ name, folder }: AppPlaces, error: NodeJS.ErrnoException): GhostError {
  const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
  const { kind, text } = fileProblem(error);
  const isTaken = error.code === "EEXIST" || error.code === "ENOTEMPTY";
  const why = isFull
    ? "no space left on the device"
    : isTaken
      ? "something was put there meanwhile"
      : kind === "denied"
        ? text
        : error.message;
  return new GhostError(
    isFull ? "NO_SPACE" : kind === "denied" ? "PERMISSION_DENIED" : "FAILED",
    `cannot make ${name} in ${folder}: ${why}`,
    {
      hint: "nothing of it was left behind; --dir names another place",
      cause: error,
    },
  );
}

/**
 * Why an app cannot be made there, before anything is written: USAGE where something is there already or the path can be none, PERMISSION_DENIED, NAME_TAKEN; null
 * when it can.
 */
export function placeProblem({ name, folder, home }: AppPlaces): GhostError | null {
  const refusal = refusalOf(folder);
  if (refusal) return refusal;
  if (entryAt(folder) && !isEmptyFolder(folder))
    return new GhostError("USAGE", `cannot write ${folder}: it is there already`, {
      hint: "--dir names another place; nothing is ever overwritten",
    });
  const link = join(home, "ghosts", name);
  return !entryAt(link) || link === folder || leadsTo(link, folder) ? null : nameTaken(name, link);
}

function leadsTo(link: string, folder: string): boolean {
  return entryAt(link)?.isSymbolicLink() === true && readlinkSync(link) === folder;
}

function nameTaken(name: string, link: string): GhostError {
  return new GhostError("NAME_TAKEN", `cannot name the app ${name}: there is ${link} already`, {
    hint: `another name will do; or, if that app is no longer wanted, take ${link} away`,
  });
}

function writeOne({ path, bytes, executable, linkTo }: AppFile, draft: string): void {
  const target = join(draft, path);
  mkdirSync(dirname(target), { recursive: true });
  if (linkTo !== undefined) symlinkSync(linkTo, target);
  else writeFileSync(target, bytes, { flag: "wx", mode: executable ? 0o755 : 0o644 });
}

/** An app that lies in `ghosts/` is found there; a link beside it would make two of it. */
function linkIntoHome({ name, folder, home }: AppPlaces, made: Undoable): string | null {
  const ghosts = join(home, "ghosts");
  made.folder(ghosts, 0o700);
  if (realpathSync(dirname(folder)) === realpathSync(ghosts)) return null;
  const link = join(ghosts, name);
  if (!entryAt(link)) made.link(folder, link);
  // Somebody who makes another app of this name at the same time may have been first.
  else if (!leadsTo(link, folder)) throw nameTaken(name, link);
  return link;
}

/** What the system says of the path; that nothing is there is as it should be. Below a file there is nothing, either; making it will say what is wrong. */
function refusalOf(folder: string): GhostError | null {
  try {
    lstatSync(folder);
    return null;
  } catch (error) {
    const { kind, text } = fileProblem(error);
    if (kind === "missing") return null;
    return new GhostError(kind === "denied" ? "PERMISSION_DENIED" : "USAGE", `cannot write ${shownPath(folder)}: ${text}`, {
      hint: "--dir names another place",
    });
  }
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).every(isAbandoned);
  } catch {
    return false;
  }
}
