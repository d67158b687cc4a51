/** For build.ts: what the package's tests need besides. */
import { appendFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes `testing.js` load at its start what is otherwise loaded when it is wanted: a test's clock, which goes on as soon as nothing moves, cannot see that
 * a file is being read.
 */
export function loadPartsFirst(folder: string): void {
  const [module, parts] = [join(folder, "testing.js"), join(folder, "parts")];
  if (!existsSync(module) || !existsSync(parts)) return;
  const imports = readdirSync(parts).map((name) => `import("./parts/${name}")`);
  appendFileSync(module, `await Promise.all([${imports.join()}]);\n`);
}
