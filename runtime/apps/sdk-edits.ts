/** What somebody did by hand to a copy of the SDK. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { type AppSdk, sdkFileText } from "./app-sdk.ts";
import { hashOf, readPythonStamp, readStamp, STAMP_FILE } from "./sdk-stamp.ts";

/** A copy with more files than this is no copy of the SDK. */
const FILES_MAX = 2_000;
/** What systems and Python leave in folders by themselves. */
const NOT_BY_HAND = new Set([".DS_Store", "__pycache__"]);

/**
 * Files that an update would take something from: those that were changed or added, as paths relative to the app. Files that are gone are none of them.
 * Null: the copy does not say what it was. Throws the system's error for what cannot be read.
 */
export function editsOf(folder: string, { kind, path, has, standing }: AppSdk): string[] | null {
  if (standing === "missing") return [];
  if (!has) return null;
  if (kind === "python") return readPythonStamp(sdkFileText(join(folder, path)))?.isEdited ? [path] : [];
  const root = join(folder, path);
  const files = readStamp(sdkFileText(join(root, STAMP_FILE)))?.files ?? {};
  return filesIn(root)
    .filter((file) => file !== STAMP_FILE && files[file] !== hashOf(sdkFileText(join(root, file))))
    .map((file) => `${path}/${file}`);
}

function filesIn(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).slice(0, FILES_MAX);
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
  return files.filter((file) => !file.split("/").some((part) => NOT_BY_HAND.has(part))).sort();
}
