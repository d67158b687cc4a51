import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An empty folder of one test, removed at its end: `using folder = makeFolder()`. */
export function makeFolder(): Disposable & { readonly path: string; file(name: string): string } {
  const path = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? tmpdir(), "gs-"));
  return { path, file: (name) => join(path, name), [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
