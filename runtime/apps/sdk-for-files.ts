/** The SDK for single files, which have no folder of their own that could hold it: `import … from "ghost-sdk"` is found in the home. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isBun } from "../system/native.ts";
import { sdkFiles, sdkVersions } from "./sdk-files.ts";
import { SDK_LINK } from "./sdk-places.ts";
import { PYTHON_CLIENT, STAMP_FILE } from "./sdk-stamp.ts";

/** Below the home, with a folder for each build: what runs goes on with its own when ghost is upgraded. */
const PLACE = ["bin", "sdk"] as const;
/** So many builds stay; the oldest go when another comes. */
const BUILDS_MAX = 5;

/**
 * The variables with which this binary's runtime finds the SDK for a file (absolute): none where a folder above it has one. `path` is the NODE_PATH that there is, which goes
 * first. Writes the SDK into the home where it is not there yet. Throws HOME_UNUSABLE.
 */
export async function sdkForFile(file: string, home: string, path = ""): Promise<Readonly<Record<string, string>>> {
  // Node and Deno look for no module of `import` there.
  if (!isBun || hasSdkAbove(dirname(file))) return {};
  const place = join(home, ...PLACE, sdkVersions().typescript.build);
  if (!existsSync(join(place, "ghost-sdk", STAMP_FILE))) await writeSdk(place);
  return { NODE_PATH: [path, place].filter((each) => each !== "").join(delimiter) };
}

function hasSdkAbove(directory: string): boolean {
  if (existsSync(join(directory, SDK_LINK))) return true;
  const above = dirname(directory);
  return above !== directory && hasSdkAbove(above);
}

/** Nobody ever sees half of it. */
async function writeSdk(place: string): Promise<void> {
  const temporary = `${place}.${process.pid}`;
  try {
    for (const [path, text] of Object.entries(await sdkFiles())) {
      if (path === PYTHON_CLIENT) continue;
      const file = join(temporary, "ghost-sdk", path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text);
    }
    moveInto(temporary, place);
    dropOld(dirname(place));
  } catch (error) {
    throw new GhostError("HOME_UNUSABLE", `cannot write the SDK of single files to ${place}: ${(error as Error).message}`, {
      hint: "let this user write to the home, or choose another one with --home DIR or GHOST_HOME",
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Another one may have been faster: it wrote the same. */
function moveInto(temporary: string, place: string): void {
  try {
    renameSync(temporary, place);
  } catch (error) {
    if (!existsSync(join(place, "ghost-sdk", STAMP_FILE))) throw error;
  }
}

function dropOld(folder: string): void {
  const builds = readdirSync(folder).map((name) => ({ path: join(folder, name), ms: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of builds.sort((a, b) => b.ms - a.ms).slice(BUILDS_MAX)) rmSync(path, { recursive: true, force: true });
}
