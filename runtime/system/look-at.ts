import { lstatSync, type Stats, statSync } from "node:fs";

/** What a path leads to, or why nobody can tell. */
export type Look = { readonly stats: Stats; readonly why: null } | { readonly stats: null; readonly why: FileProblem };

/** Why a file cannot be used. */
export interface FileProblem {
  /** `missing`: nothing is there; `denied`: it, or a folder on the way to it, is closed to us; `other`: the system refuses it for another reason. */
  readonly kind: "missing" | "denied" | "other";
  /** The end of a sentence, e.g. `there is no such file`. */
  readonly text: string;
}

/**
 * Looks at what a path leads to. Never throws: `statSync` with `throwIfNoEntry: false` still does for a folder that may not be entered, links in a
 * circle and names that are too long.
 */
export function lookAt(path: string): Look {
  try {
    return { stats: statSync(path), why: null };
  } catch (error) {
    return { stats: null, why: fileProblem(error) };
  }
}

/** The entry at a path, which may be a link; undefined where there is none, or where it cannot be told. Never throws. */
export function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** A path as a message has room for it: of one with more characters than this, the beginning. */
const SHOWN_CHARACTERS_MAX = 200;

/** What a message calls a path, or a word that is taken for one. */
export function shownPath(path: string): string {
  return path.length > SHOWN_CHARACTERS_MAX ? `${path.slice(0, SHOWN_CHARACTERS_MAX)}…` : path;
}

const OTHER: Readonly<Record<string, string>> = {
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "its name is longer than this system allows",
  EISDIR: "it is a directory",
  EIO: "the system cannot read it (input/output error)",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
};

/** The system's refusal of a path, in words. */
export function fileProblem(error: unknown): FileProblem {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing", text: "there is no such file" };
  if (code === "EACCES" || code === "EPERM") return { kind: "denied", text: "permission denied" };
  return { kind: "other", text: OTHER[code] ?? message };
}
