/** Finds the peers, or installs them where that can be done without touching the project's own packages. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../rig/ghost.ts";
import { findProgram } from "../rig/needs.ts";
import type { Contender } from "./contenders/contender.ts";
import { pm2Contender } from "./contenders/pm2.ts";
import { supervisordContender } from "./contenders/supervisord.ts";

/** The version that Ghost is measured against. It is no package of the project's: it is large, and its licence (AGPL) is its own. */
const PM2_VERSION = "7.0.4";
const CACHE = join(ROOT, "node_modules", ".cache", "ghost-bench");
/** Debian asks this script whether a service may be started by its package's installation. */
const POLICY = "/usr/sbin/policy-rc.d";

/** A peer, or why there is none. */
export type Peer = { readonly contender: Contender } | { readonly name: string; readonly skipped: string };

/** PM2 and supervisord, each as far as it can be had here; what is installed is said. */
export function findPeers(say: (line: string) => void): readonly Peer[] {
  return [findPm2(say), findSupervisord(say)];
}

function findPm2(say: (line: string) => void): Peer {
  const [node, npm] = [findProgram("node"), findProgram("npm")];
  if (node === null || npm === null) return { name: "pm2", skipped: "it needs node and npm in PATH" };
  const folder = join(CACHE, `pm2-${PM2_VERSION}`);
  const program = join(folder, "node_modules", "pm2");
  if (existsSync(join(program, "package.json"))) return { contender: pm2Contender(program, node) };
  say(`installing pm2 ${PM2_VERSION} into ${folder}`);
  mkdirSync(folder, { recursive: true });
  const problem = run(npm, ["install", "--prefix", folder, "--no-audit", "--no-fund", `pm2@${PM2_VERSION}`]);
  return problem === null ? { contender: pm2Contender(program, node) } : { name: "pm2", skipped: `npm cannot install it: ${problem}` };
}

function findSupervisord(say: (line: string) => void): Peer {
  const found = supervisordInPath();
  if (found) return found;
  const name = "supervisord";
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0)
    return { name, skipped: "not installed here; as root on Debian it would be" };
  say("installing supervisor, as root with apt-get, without starting its service");
  const problem = withoutStartingServices(() => run("apt-get", ["-q", "install", "-y", "--no-install-recommends", "supervisor"]));
  return supervisordInPath() ?? { name, skipped: `apt-get cannot install it: ${problem}` };
}

function supervisordInPath(): Peer | null {
  const [supervisord, supervisorctl] = [findProgram("supervisord"), findProgram("supervisorctl")];
  return supervisord && supervisorctl ? { contender: supervisordContender(supervisord, supervisorctl) } : null;
}

function withoutStartingServices<T>(install: () => T): T {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return install();
  } finally {
    if (ours) rmSync(POLICY);
  }
}

/** Null when it succeeded, else the last that it said. */
function run(program: string, args: readonly string[]): string | null {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", env });
  return status === 0 ? null : (error?.message ?? `${stdout}${stderr}`.trim().split("\n").at(-1) ?? "");
}
