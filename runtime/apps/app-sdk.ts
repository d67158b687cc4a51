/** The copies of the SDK in an app's folder: which they are, and how they stand to those that this program brings. */
import { join } from "node:path";
import { ENTRIES } from "../../core/config/app-configuration.ts";
import { entryAt } from "../system/look-at.ts";
import { isBun } from "../system/native.ts";
import { readRegularFile } from "../system/regular-file.ts";
import { sdkVersions } from "./sdk-files.ts";
import { hasSdkAbove } from "./sdk-for-files.ts";
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
const IMPORTS_IT = /["']ghost-sdk(\/testing)?["']/;
/** A file that says who runs the app, if not ghost itself. */
const OTHER_RUNTIME = /\bruntime: *["']?(node|deno)\b/;
const APP_FILE = ".ghost.yaml";
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
  } else if (ASKS_FOR_IT.test(textOf(join(folder, "package.json"))) || findsNone(folder))
    found.push({ ...typescript, has: null, standing: "missing" });
  const client = textOf(join(folder, PYTHON_FILE));
  const has = readPythonStamp(client);
  if (has || client.startsWith(PYTHON_CLIENT_BEGINS))
    found.push({ ...python, has: has && versionOf(has), standing: standingOf(has, python.brings) });
  return found;
}

/** What an app has none of, and may get: the SDK of what its code is written in. Null: neither. */
export function absentSdk(folder: string): AppSdk | null {
  const { typescript, python } = sdkVersions();
  if (isElsewhere(folder)) return null;
  const entry = entryOf(folder) ?? "";
  const absent = { has: null, standing: "missing" } as const;
  if (/\.([cm]?[jt]s|[jt]sx)$/i.test(entry))
    return { kind: "typescript", name: "ghost-sdk", path: SDK_FOLDER, brings: typescript, ...absent };
  return /\.py$/i.test(entry) ? { kind: "python", name: PYTHON_FILE, path: PYTHON_FILE, brings: python, ...absent } : null;
}

/** Its entry imports the SDK and does not find it: what another runtime runs looks for modules beside the app alone. */
function findsNone(folder: string): boolean {
  const entry = entryOf(folder);
  if (entry === null || isElsewhere(folder) || (isBun && !OTHER_RUNTIME.test(textOf(join(folder, APP_FILE))))) return false;
  return IMPORTS_IT.test(textOf(join(folder, entry))) && !hasSdkAbove(folder);
}

/** A package manager is to bring it. */
function isElsewhere(folder: string): boolean {
  const text = textOf(join(folder, "package.json"));
  return /"ghost-sdk"\s*:/.test(text) && !ASKS_FOR_IT.test(text);
}

/** As its file says, and else the first that is there. */
function entryOf(folder: string): string | null {
  const said = /^\s*(?:app: *\{.*)?\bentry: *["']?([^"',}\s]+)/m.exec(textOf(join(folder, APP_FILE)))?.[1];
  return said ?? ENTRIES.find((name) => isThere(join(folder, name))) ?? null;
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
