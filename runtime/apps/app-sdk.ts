/** The copies of the SDK in an app's folder: which they are, and how they stand to those that this program brings. */
import { join } from "node:path";
import { entryAt } from "../system/look-at.ts";
import { readRegularFile } from "../system/regular-file.ts";
import { sdkVersions } from "./sdk-files.ts";
import { PYTHON_FILE, SDK_FOLDER, SDK_LINK } from "./sdk-places.ts";
import { readPythonStamp, readStamp, type SdkVersion, STAMP_FILE } from "./sdk-stamp.ts";
import { versionOf } from "./sdk-versions.ts";

/**
 * `current`: what this program brings; `older`, `newer`: of another version of Ghost; `other`: of another build of the same version; `unknown`: it does
 * not say what it is, as those did not that were made before they had stamps; `missing`: the app asks for one and has none.
 */
export type SdkStanding = "current" | "older" | "newer" | "other" | "unknown" | "missing";

/** A copy in an app. */
export interface AppSdk {
  readonly kind: "typescript" | "python";
  /** What to call it: `ghost-sdk` or `ghost.py`. */
  readonly name: string;
  /** The folder or file, relative to the app. */
  readonly path: string;
  /** What the copy says that it is; null: nothing. */
  readonly has: SdkVersion | null;
  /** What this program brings. */
  readonly brings: SdkVersion;
  readonly standing: SdkStanding;
}

/** `package.json` says that the SDK lies in the app, as `ghost create` writes it. */
const ASKS_FOR_IT = /"ghost-sdk"\s*:\s*"file:(?:\.\/)?vendor\/ghost-sdk"/;
/** The first words of the Python client, which had no stamp at first. */
const PYTHON_CLIENT_BEGINS = '"""Ghost for Python:';

/** The copies in a folder (absolute), none of them checked for edits: that is `sdk-edits.ts`'s. An app that gets its SDK elsewhere has none. */
export function sdksOf(folder: string): AppSdk[] {
  const versions = sdkVersions();
  const typescript = { kind: "typescript", name: "ghost-sdk", path: SDK_FOLDER, brings: versions.typescript } as const;
  const python = { kind: "python", name: PYTHON_FILE, path: PYTHON_FILE, brings: versions.python } as const;
  const found: AppSdk[] = [];
  if (isThere(join(folder, SDK_FOLDER))) {
    const has = readStamp(textOf(join(folder, SDK_FOLDER, STAMP_FILE)));
    found.push({ ...typescript, has: has && versionOf(has), standing: standingOf(has, typescript.brings) });
  } else if (ASKS_FOR_IT.test(textOf(join(folder, "package.json")))) found.push({ ...typescript, has: null, standing: "missing" });
  const client = textOf(join(folder, PYTHON_FILE));
  const has = readPythonStamp(client);
  if (has || client.startsWith(PYTHON_CLIENT_BEGINS))
    found.push({ ...python, has: has && versionOf(has), standing: standingOf(has, python.brings) });
  return found;
}

/** Whether it should be replaced by what this program brings. */
export function isOutdated({ standing }: AppSdk): boolean {
  return standing !== "current" && standing !== "newer";
}

/** Whether what is imported as `ghost-sdk` is a copy of its own, which a package manager made and which no update of the folder reaches. */
export function isCopiedByPackageManager(folder: string): boolean {
  return entryAt(join(folder, SDK_LINK))?.isDirectory() ?? false;
}

function standingOf(has: SdkVersion | null, brings: SdkVersion): SdkStanding {
  if (!has) return "unknown";
  if (has.build === brings.build) return "current";
  const order = compareVersions(has.version, brings.version);
  return order < 0 ? "older" : order > 0 ? "newer" : "other";
}

/** Numbers with dots, the first that differ. */
function compareVersions(one: string, other: string): number {
  const [mine, theirs] = [one, other].map((text) => text.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0)) as [
    number[],
    number[],
  ];
  const at = mine.findIndex((part, index) => part !== (theirs[index] ?? 0));
  return at === -1 ? 0 : (mine[at] ?? 0) - (theirs[at] ?? 0);
}

function isThere(path: string): boolean {
  return entryAt(path) !== undefined;
}

/** Empty where there is none. */
function textOf(path: string): string {
  try {
    return sdkFileText(path);
  } catch {
    return "";
  }
}

/** No file of an SDK is larger than this, in bytes. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** The text of a file of a copy; empty for what is no regular file of its size. Throws the system's error for what cannot be read. */
export function sdkFileText(path: string): string {
  const file = readRegularFile(path, FILE_BYTES_MAX);
  return file.kind === "read" ? file.bytes.toString("utf8") : "";
}
