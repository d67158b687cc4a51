import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { nearest } from "../../core/config/suggest.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { lookAt, shownPath } from "../system/look-at.ts";
import { loadBuiltIn } from "./built-in-bytes.ts";
import { unpackBuiltIn } from "./pack.ts";
import { readTemplateFolder } from "./read-template-folder.ts";
import type { Template } from "./template.ts";

/** Archives that `--template` takes. */
const ARCHIVE = /\.(tar\.gz|tgz|tar)$/;

/**
 * The template that a word names: a folder or an archive where it looks like a path (`./…`, `…/…`, `….tar.gz`), else one of
 * the user's own in `templates/` of the home, else a built-in one. Throws NOT_FOUND and what reading it throws.
 */
export async function findTemplate(word: string, places: { readonly home: string; readonly directory: string }): Promise<Template> {
  if (word.includes("/") || ARCHIVE.test(word)) return readPath(resolve(places.directory, word));
  const own = join(places.home, "templates", word);
  if (isFolder(own)) return readTemplateFolder(own);
  const builtIn = unpackBuiltIn(await loadBuiltIn());
  const found = builtIn.find(({ name }) => name === word);
  if (found) return found;
  const names = [...ownNames(places.home), ...builtIn.map(({ name }) => name)];
  const meant = nearest(word, names);
  throw new GhostError("NOT_FOUND", `cannot use the template ${shownPath(word)}: there is none of this name`, {
    hint: `${meant ? `did you mean ${meant}? ` : ""}there are ${names.join(", ")}; a folder is written ./${shownPath(word)}`,
  });
}

/**
 * All templates that have names: the user's own, then the built-in ones that these do not replace. Own ones that cannot be used are left out, and `tell` is told
 * why, each in a sentence.
 */
export async function listTemplates(home: string, tell: (why: string) => void = () => undefined): Promise<Template[]> {
  const own = ownNames(home).flatMap((name) => usable(join(home, "templates", name), tell));
  const builtIn = unpackBuiltIn(await loadBuiltIn()).filter(({ name }) => own.every((each) => each.name !== name));
  return [...own, ...builtIn];
}

async function readPath(path: string): Promise<Template> {
  if (isFolder(path)) return readTemplateFolder(path);
  if (ARCHIVE.test(path)) return (await import("./read-template-archive.ts")).readTemplateArchive(path);
  const why = lookAt(path).why;
  const text = why === null || why.kind === "missing" ? "there is no such folder" : why.text;
  throw new GhostError(why?.kind === "denied" ? "PERMISSION_DENIED" : "NOT_FOUND", `cannot use the template ${shownPath(path)}: ${text}`, {
    hint: "--template takes a name (ghost create --list), a folder, or a .tar.gz",
  });
}

function ownNames(home: string): string[] {
  try {
    return readdirSync(join(home, "templates"))
      .filter((name) => isFolder(join(home, "templates", name)))
      .sort();
  } catch {
    return [];
  }
}

function usable(folder: string, tell: (why: string) => void): Template[] {
  try {
    return [readTemplateFolder(folder)];
  } catch (error) {
    tell((error as Error).message);
    return [];
  }
}

function isFolder(path: string): boolean {
  return lookAt(path).stats?.isDirectory() ?? false;
}
