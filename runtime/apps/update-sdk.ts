import { existsSync, mkdirSync, realpathSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { entryAt } from "../system/look-at.ts";
import { replaceFolder } from "../system/replace-folder.ts";
import type { AppSdk } from "./app-sdk.ts";
import { editsOf } from "./sdk-edits.ts";
import { sdkFiles } from "./sdk-files.ts";
import { SDK_FOLDER, SDK_LINK } from "./sdk-places.ts";
import { PYTHON_CLIENT, sdkText } from "./sdk-stamp.ts";

const NEW_FILE_MODE = 0o644;
/** Files that an error names; the rest is counted. */
const EDITS_NAMED = 5;

/**
 * Puts the SDK that this program brings in the place of an app's copy, all of it or nothing; gives false when it is that already. Throws FAILED, unless it is
 * forced: for a copy that was edited by hand or does not say whether it was (`details.edits`: the files), and for one of a newer Ghost; and for what the
 * system refuses.
 */
export async function updateSdk(folder: string, sdk: AppSdk, { force }: { readonly force: boolean }): Promise<boolean> {
  const path = join(folder, sdk.path);
  try {
    const edits = editsOf(folder, sdk);
    if (sdk.standing === "current" && edits?.length === 0 && (await isWhole(path, sdk))) return false;
    if (!force) refuse(path, sdk, edits);
    await replace(path, sdk);
    if (sdk.standing === "missing" && sdk.kind === "typescript") link(folder);
    return true;
  } catch (error) {
    if (error instanceof GhostError) throw error;
    throw new GhostError("FAILED", `cannot update ${path}: ${(error as Error).message}`, { hint: "it is as it was", cause: error });
  }
}

function refuse(path: string, sdk: AppSdk, edits: readonly string[] | null): void {
  if (edits === null)
    throw new GhostError("FAILED", `cannot update ${path}: it does not say what it was, so whether it was edited by hand cannot be told`, {
      hint: "--force replaces it, with whatever was changed in it",
      details: { edits },
    });
  if (edits.length > 0)
    throw new GhostError("FAILED", `cannot update ${path}: edited by hand: ${named(edits)}`, {
      hint: "what is the app's own belongs elsewhere; --force replaces all of it, and that is gone",
      details: { edits },
    });
  if (sdk.standing === "newer")
    throw new GhostError("FAILED", `cannot update ${path}: it is of ${sdkText(sdk.has)}, and this ghost brings ${sdkText(sdk.brings)}`, {
      hint: "upgrade ghost; --force puts the older one in its place",
    });
}

function named(edits: readonly string[]): string {
  const more = edits.length - EDITS_NAMED;
  return edits.slice(0, EDITS_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Files may be gone, which is no edit, but has to be mended. */
async function isWhole(path: string, { kind }: AppSdk): Promise<boolean> {
  return kind === "python" || Object.keys(await own()).every((file) => existsSync(join(path, file)));
}

/** The path may be a link, when several apps have one copy: that is replaced where it lies. */
async function replace(path: string, { kind }: AppSdk): Promise<void> {
  const isThere = existsSync(path);
  const place = isThere ? realpathSync(path) : path;
  const mode = isThere ? statSync(place).mode & 0o777 : NEW_FILE_MODE;
  if (kind === "python") return writeFileAtomically(place, (await sdkFiles())[PYTHON_CLIENT] ?? "", mode);
  mkdirSync(dirname(place), { recursive: true });
  replaceFolder(place, await own());
}

/** As a package manager would: whatever is there stays. */
function link(folder: string): void {
  const path = join(folder, SDK_LINK);
  if (entryAt(path) !== undefined) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(`../${SDK_FOLDER}`, path);
}

/** The files of the TypeScript SDK, as an app has them. */
async function own(): Promise<Record<string, string>> {
  const { [PYTHON_CLIENT]: _, ...files } = await sdkFiles();
  return files;
}
