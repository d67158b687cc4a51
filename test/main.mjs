// `npm test`: everything that a fresh machine with Node needs, then all checks and tests. `npm test -- WORDS…` runs only the
// test files whose path contains one of the words, on the build that is there.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ensureServers } from "./servers.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

if (run(process.execPath, ["test/packages.mjs"]) !== 0) {
  console.log("0 passed, 1 failed");
  process.exit(1);
}
ensureServers();
process.exit(run("node_modules/.bin/bun", ["test/run.ts", ...process.argv.slice(2)]));

function run(command, args) {
  return spawnSync(command, args, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] }).status ?? 1;
}
