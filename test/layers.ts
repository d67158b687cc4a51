/** `npm run check`'s last part: reads the sources and fails where a layer reaches for what it must not. The rules are in `layers/rules.ts`. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { violationsIn } from "./layers/rules.ts";
import { ROOT } from "./rig/ghost.ts";

const files = sources();
const violations = files.flatMap((path) => violationsIn(path, readFileSync(join(ROOT, path), "utf8")));
for (const { path, line, message } of violations) console.error(`${path}:${line}: ${message}`);
console.log(`layers: ${files.length} files, ${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);

/** What git knows or would know: neither packages nor what was built. */
function sources(): string[] {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], { cwd: ROOT, encoding: "utf8" });
  return list.split("\0").filter((path) => /\.(ts|mjs|js|sh)$/.test(path) && existsSync(join(ROOT, path)));
}
