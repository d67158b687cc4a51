import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";

/** So many files and folders are looked at for a test; in a larger app there are taken to be some. */
const LOOKED_AT_MAX = 20_000;
/** Files that Bun takes for tests, and folders that it passes over (https://bun.com/docs/test/discovery). */
const TEST = /(?:\.|_)(?:test|spec)\.[cm]?[jt]sx?$/;
const PASSED_OVER = /^(?:node_modules$|\.)/;
/** Files that unittest takes for tests (https://docs.python.org/3/library/unittest.html#test-discovery). */
export const PYTHON_TEST = /^test.*\.py$/;

/** Whether there is a test in a folder, or in one within: a file of such a name, by default of one that Bun takes. What cannot be read has none. */
export function hasTests(directory: string, test = TEST): boolean {
  const folders = [directory];
  let seen = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = entriesOf(folder);
    seen += entries.length;
    if (seen > LOOKED_AT_MAX || entries.some((entry) => !entry.isDirectory() && test.test(entry.name))) return true;
    for (const entry of entries) if (entry.isDirectory() && !PASSED_OVER.test(entry.name)) folders.push(join(folder, entry.name));
  }
  return false;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
