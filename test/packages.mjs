// Installs the npm packages when they are missing or differ from the lock file, and makes sure that bun can run. Runs under
// plain Node before anything else: `npm run build`, `npm run check` and `npm test` begin with it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

if (!isInstalled()) {
  console.error("installing the npm packages of package-lock.json …");
  mustRun("npm", ["ci", "--no-audit", "--no-fund"]);
}
// Newer versions of npm refuse to run packages' install scripts unless told otherwise; bun's puts its program in place.
if (!bunRuns()) mustRun(process.execPath, ["node_modules/bun/install.js"]);
if (!bunRuns()) fail("cannot run node_modules/.bin/bun: its package has no program for this machine (npm ci reinstalls it)");

/** True when every package of the lock file that belongs on this machine is there in its version. */
function isInstalled() {
  const [wanted, present] = [readLock("package-lock.json"), readLock("node_modules/.package-lock.json")];
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || (present[path] ? present[path].version === entry.version : entry.optional === true),
  );
}

function readLock(path) {
  const file = `${ROOT}${path}`;
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : null;
}

function bunRuns() {
  return spawnSync("node_modules/.bin/bun", ["--version"], { cwd: ROOT }).status === 0;
}

function mustRun(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`cannot go on: ${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
