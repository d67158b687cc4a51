/** `npm run check`'s last part: reads the sources and fails where a layer reaches for what it must not. The rules are in `layers/rules.ts`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LAYERS, violationsIn } from "./layers/rules.ts";
import { ROOT } from "./rig/ghost.ts";

const files = sources();
const violations = files.flatMap((path) => violationsIn(path, readFileSync(join(ROOT, path), "utf8")));
for (const { path, line, message } of violations) console.error(`${path}:${line}: ${message}`);
console.log(`layers: ${files.length} files, ${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);

function sources(): string[] {
  const folders = LAYERS.filter((folder) => existsSync(join(ROOT, folder)));
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  );
  return paths.filter((path) => /\.(ts|mjs|js|sh)$/.test(path)).sort();
}
