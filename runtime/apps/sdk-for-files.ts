/**
 * The SDK for what has no copy of its own: single files, which have no folder that could hold it, and apps that were not made by `ghost create`. `import … from "ghost-sdk"`
 * is found in the home then.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isBun } from "../system/native.ts";
import { sdkFiles, sdkVersions } from "./sdk-files.ts";
import { PYTHON_FILE, PYTHON_PLACE, SDK_LINK } from "./sdk-places.ts";
import { PYTHON_CLIENT, readPythonStamp, STAMP_FILE } from "./sdk-stamp.ts";

/** Below the home, with a folder for each build: what runs goes on with its own when ghost is upgraded. */
const PLACE = ["bin", "sdk"] as const;
/** Of apps of other users, to whom the home is closed: below the folder that is theirs. */
const USERS_PLACE = "sdk";
/** Leads to this build, so that an app's definition stays the same when ghost is upgraded. What is loaded from there is loaded from the build's own folder. */
const CURRENT = "current";
/** Beside the SDK: `bun test` (1.4.5) does not look for modules in NODE_PATH, as `bun run` does. */
const TEST_PRELOAD = "preload.mjs";
const PRELOAD_TEXT = `const modules = { "ghost-sdk": "index.js", "ghost-sdk/testing": "testing.js" };
Bun.plugin({
  name: "ghost-sdk",
  setup(build) {
    for (const [name, file] of Object.entries(modules))
      build.module(name, async () => ({ exports: await import(import.meta.dirname + "/ghost-sdk/" + file), loader: "object" }));
  },
});
`;
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

/**
 * The same for the entry of an app (absolute), whose definition is to stay the same for all builds: none where a folder above it has the SDK. `root`: the home, or where
 * `isOpen` the folder of apps of other users. Nothing is written: see `bringSdk`.
 */
export function sdkForApp(entry: string, root: string, isOpen: boolean): Readonly<Record<string, string>> {
  return !isBun || hasSdkAbove(realFolder(entry)) ? {} : { NODE_PATH: join(placeIn(root, isOpen), CURRENT) };
}

/** The same for an app in Python: none where `ghost.py` lies beside the entry. */
export function pythonSdkForApp(entry: string, root: string, isOpen: boolean): Readonly<Record<string, string>> {
  return existsSync(join(realFolder(entry), PYTHON_FILE)) ? {} : { PYTHONPATH: join(placeIn(root, isOpen), CURRENT, PYTHON_PLACE) };
}

/** Has the SDK where the variables of an app (`sdkForApp`, `pythonSdkForApp`) lead; does nothing for other variables. To be called before each start. Throws HOME_UNUSABLE. */
export async function bringSdk(variables: Readonly<Record<string, unknown>>, root: string, isOpen: boolean): Promise<void> {
  const place = placeIn(root, isOpen);
  const leadsTo = (variable: unknown, path: string): boolean => typeof variable === "string" && variable.split(delimiter).includes(path);
  const isPython = leadsTo(variables.PYTHONPATH, join(place, CURRENT, PYTHON_PLACE));
  if (!isPython && !leadsTo(variables.NODE_PATH, join(place, CURRENT))) return;
  const { build } = sdkVersions().typescript;
  if (!existsSync(join(place, build, "ghost-sdk", STAMP_FILE))) await writeSdk(join(place, build), isOpen);
  if (!existsSync(join(place, build, TEST_PRELOAD))) {
    putInPlace(join(place, build, TEST_PRELOAD), (temporary) => {
      writeFileSync(temporary, PRELOAD_TEXT);
      if (isOpen) chmodSync(temporary, 0o644);
    });
  }
  if (isPython) await bringPython(join(place, build, PYTHON_PLACE), isOpen);
  if (linkOf(join(place, CURRENT)) !== build) putInPlace(join(place, CURRENT), (temporary) => symlinkSync(build, temporary));
}

async function bringPython(folder: string, isOpen: boolean): Promise<void> {
  const file = join(folder, PYTHON_FILE);
  if (existsSync(file) && readPythonStamp(readFileSync(file, "utf8"))?.build === sdkVersions().python?.build) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isOpen) chmodSync(folder, 0o755);
  const { [PYTHON_CLIENT]: client = "" } = await sdkFiles();
  putInPlace(file, (temporary) => {
    writeFileSync(temporary, client);
    if (isOpen) chmodSync(temporary, 0o644);
  });
}

/** What the test runner has to load first for the variables of `sdkForApp`, because it does not look there; null: nothing. */
export function testPreloadFor({ NODE_PATH }: Readonly<Record<string, string>>): string | null {
  return NODE_PATH === undefined ? null : join(NODE_PATH, TEST_PRELOAD);
}

/** Nobody ever finds half of it, or nothing where there was something. */
function putInPlace(path: string, write: (temporary: string) => void): void {
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  write(temporary);
  renameSync(temporary, path);
}

function placeIn(root: string, isOpen: boolean): string {
  return isOpen ? join(root, USERS_PLACE) : join(root, ...PLACE);
}

function realFolder(entry: string): string {
  try {
    return realpathSync(dirname(entry));
  } catch {
    return dirname(entry);
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Whether `import … from "ghost-sdk"` is found in a folder, or one above it. */
export function hasSdkAbove(directory: string): boolean {
  if (existsSync(join(directory, SDK_LINK))) return true;
  const above = dirname(directory);
  return above !== directory && hasSdkAbove(above);
}

/** Nobody ever sees half of it. */
async function writeSdk(place: string, isOpen = false): Promise<void> {
  const temporary = `${place}.${process.pid}`;
  try {
    for (const [path, text] of Object.entries(await sdkFiles())) {
      if (path === PYTHON_CLIENT) continue;
      const file = join(temporary, "ghost-sdk", path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text);
      if (isOpen) chmodSync(file, 0o644);
    }
    if (isOpen) open(temporary);
    moveInto(temporary, place);
    dropOld(dirname(place));
  } catch (error) {
    throw new GhostError("HOME_UNUSABLE", `cannot write the SDK to ${place}: ${(error as Error).message}`, {
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

/** Its folders, and that in which it lies: whatever the umask says. */
function open(folder: string): void {
  const inner = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const path of [dirname(folder), folder, ...inner.map((entry) => join(entry.parentPath, entry.name))]) chmodSync(path, 0o755);
}

function dropOld(folder: string): void {
  const names = readdirSync(folder).filter((name) => !name.startsWith(CURRENT));
  const builds = names.map((name) => ({ path: join(folder, name), ms: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of builds.sort((a, b) => b.ms - a.ms).slice(BUILDS_MAX)) rmSync(path, { recursive: true, force: true });
}
