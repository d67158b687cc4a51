// Installs the programs that some tests need and this machine lacks: as root on Debian with apt-get, saying so. Elsewhere it
// names what is missing; the tests that need it are then skipped by name.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Each program and the Debian package it comes with. */
const PROGRAMS = {
  curl: "curl",
  fish: "fish",
  nginx: "nginx-light",
  psql: "postgresql",
  python3: "python3",
  "redis-server": "redis-server",
  sqlite3: "sqlite3",
  tmux: "tmux",
  wrk: "wrk",
  zsh: "zsh",
};
/** Libraries of other languages, by a file of theirs, and their packages. */
const LIBRARIES = { "/usr/lib/python3/dist-packages/redis": "python3-redis" };
/** Debian asks this script whether a service may be started by its package's installation. */
const POLICY = "/usr/sbin/policy-rc.d";

/** Makes sure of the programs as far as that is possible; never fails, tests say what they lack. */
export function ensureServers() {
  const missing = [
    ...Object.keys(PROGRAMS).filter((name) => !isInPath(name)),
    ...Object.keys(LIBRARIES).filter((file) => !existsSync(file)),
  ];
  if (missing.length === 0) return;
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    console.log(`not installed here: ${missing.join(", ")}; tests that need them are skipped (as root on Debian they would be installed)`);
    return;
  }
  const packages = missing.map((name) => PROGRAMS[name] ?? LIBRARIES[name]);
  console.log(`installing for the tests, as root with apt-get: ${packages.join(" ")}`);
  withoutStartingServices(() => apt(["update"]) && apt(["install", "-y", "--no-install-recommends", ...packages]));
}

function isInPath(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The tests start servers of their own: nobody wants an nginx on port 80 for having run them. */
function withoutStartingServices(install) {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    install();
  } finally {
    if (ours) rmSync(POLICY);
  }
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr } = spawnSync("apt-get", ["-q", ...args], { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (status !== 0) console.log(`apt-get ${args[0]} failed; tests that need what is missing are skipped:\n${stdout}${stderr}`);
  return status === 0;
}
