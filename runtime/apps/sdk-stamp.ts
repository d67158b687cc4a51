/** By what copies of the SDK are known: which build they are of, and what they were, so that one that was edited is told from one that is only old. */
import { createHash } from "node:crypto";

/** In the folder of the TypeScript SDK; says what else is in it. */
export const STAMP_FILE = "files.json";
/** The Python client among the files of the package; an app in Python has it as `ghost.py`, and nothing else of the package. */
export const PYTHON_CLIENT = "python/ghost.py";
/** Hex digits of a build's name and of a file's hash: they tell accidents, not attacks. */
const BUILD_DIGITS = 12;
const HASH_DIGITS = 16;

/** Which SDK it is. Two of the same build have the same files. */
export interface SdkVersion {
  /** Ghost's, such as `0.1.0`. */
  readonly version: string;
  /** Twelve hex digits of what is in it. */
  readonly build: string;
}

/** What `files.json` says. */
export interface SdkStamp extends SdkVersion {
  /** Hash by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** The stamp of files, by path and text; one that is among them already does not count. */
export function stampOf(version: string, files: Readonly<Record<string, string>>): SdkStamp {
  const paths = Object.keys(files).filter((path) => path !== STAMP_FILE);
  const hashes = Object.fromEntries(paths.sort().map((path) => [path, hashOf(files[path] ?? "")]));
  return { version, build: digits(JSON.stringify(hashes), BUILD_DIGITS), files: hashes };
}

/** What a `files.json` says; null when it is none. */
export function readStamp(text: string): SdkStamp | null {
  try {
    const { version, build, files } = JSON.parse(text) as Partial<SdkStamp>;
    if (typeof version !== "string" || typeof build !== "string" || typeof files !== "object" || files === null) return null;
    return { version, build, files };
  } catch {
    return null;
  }
}

/** What a file is known by. Line ends do not count: a checkout may have others. */
export function hashOf(text: string): string {
  return digits(withLineEnds(text), HASH_DIGITS);
}

/** The Python client with a last line that says which it is. */
export function withPythonStamp(text: string, version: string): string {
  return `${text}# ghost.py ${version}, build ${digits(withLineEnds(text), BUILD_DIGITS)}\n`;
}

/** What the last line of a Python client says, and whether what stands above it is something else meanwhile; null when it says nothing. */
export function readPythonStamp(text: string): (SdkVersion & { readonly isEdited: boolean }) | null {
  const [line, version, build] =
    /^# ghost\.py (\S+), build ([0-9a-f]+)\r?\n?$/m.exec(text.slice(text.lastIndexOf("\n# ghost.py ") + 1)) ?? [];
  if (line === undefined || version === undefined || build === undefined) return null;
  return { version, build, isEdited: digits(withLineEnds(text.slice(0, -line.length)), BUILD_DIGITS) !== build };
}

/** How it is told: `0.1.0 (build 0123456789ab)`. */
export function sdkText(sdk: SdkVersion | null): string {
  return sdk ? `${sdk.version} (build ${sdk.build})` : "an unknown version";
}

function withLineEnds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function digits(text: string, count: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, count);
}
