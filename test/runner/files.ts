import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../rig/ghost.ts";

/** How long a test file may take unless it says otherwise, in milliseconds. */
const FILE_LIMIT_MS = 60_000;
/** Where tests live. */
const FOLDERS = ["core", "runtime", "cli", "test"];
/** A header comment must stand within this many lines. */
const HEADER_LINES = 10;

/** A test file and what its header comments ask for. */
export interface TestFile {
  /** Relative to the checkout. */
  readonly path: string;
  /** `// serial`: must run alone, e.g. because it measures time. */
  readonly serial: boolean;
  /** `// timeout: 120s` */
  readonly limitMs: number;
}

/** All `*.test.ts`, in order of path; with words, those whose path contains one of them. */
export function findTestFiles(words: readonly string[]): TestFile[] {
  const paths = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const wanted = (path: string) => path.endsWith(".test.ts") && (words.length === 0 || words.some((word) => path.includes(word)));
  return paths
    .filter(wanted)
    .sort()
    .map((path) => ({ path, ...readHeader(readFileSync(join(ROOT, path), "utf8")) }));
}

/** What the comments at a file's top ask for. */
export function readHeader(text: string): Omit<TestFile, "path"> {
  const header = text.split("\n", HEADER_LINES).join("\n");
  const seconds = /^\/\/ timeout: (\d+)s$/m.exec(header)?.[1];
  return { serial: /^\/\/ serial\b/m.test(header), limitMs: seconds ? Number(seconds) * 1000 : FILE_LIMIT_MS };
}
