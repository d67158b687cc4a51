import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, ROOT, run } from "../rig/ghost.ts";

/** The script as it is published. */
export const SCRIPT: string = readFileSync(join(ROOT, "install.sh"), "utf8");

/** The name of this machine's program on a server. */
export const PROGRAM = `/ghost-${process.platform}-${process.arch}${existsSync("/lib64/ld-linux-x86-64.so.2") || existsSync("/lib/ld-linux-aarch64.so.1") || process.platform === "darwin" ? "" : "-musl"}`;

/** A program that can be told from others, for tests that only move it. */
export function fakeProgram(version: string): Buffer {
  return Buffer.from(
    `#!/bin/sh\ncase "$*" in --version) echo "ghost ${version}" ;; *) echo '{"running": false}' ;; esac\n#${"x".repeat(200_000)}\n`,
  );
}

/** A person's machine as far as the installer sees it: HOME and GHOST_HOME in a temporary folder. */
export interface Machine extends Disposable {
  readonly user: string;
  readonly home: string;
  readonly env: Record<string, string>;
  /** `curl … | sh -s -- ARGS` */
  install(args?: readonly string[], env?: Record<string, string>): Promise<Outcome>;
  /** The same, started in a process group of its own as a terminal does, and left to run. */
  start(): { readonly pid: number; readonly ended: Promise<number | null>; said(): string };
  /** The names in `bin`, hidden ones too; null where there is no such folder. */
  installed(): string[] | null;
}

/** A machine that downloads from this server. */
export function makeMachine(baseUrl: string): Machine {
  const user = mkdtempSync(join(tmpdir(), "in"));
  // A space, because homes have them.
  const home = join(user, "my ghost");
  const env = { HOME: user, PATH: process.env.PATH ?? "", SHELL: "/bin/bash", GHOST_HOME: home, GHOST_BASE_URL: baseUrl };
  const bin = join(home, "bin");
  return {
    user,
    home,
    env,
    install: (args = [], more = {}) =>
      run(["sh", "-s", "--", ...args], { input: SCRIPT, cwd: user, env: { ...env, ...more }, limitMs: 30_000 }),
    start: () => start(env, user),
    installed: () => (existsSync(bin) ? readdirSync(bin) : null),
    [Symbol.dispose]: () => rmSync(user, { recursive: true, force: true }),
  };
}

function start(env: Record<string, string>, cwd: string) {
  const child = spawn("sh", ["-s"], { cwd, env, detached: true, stdio: ["pipe", "ignore", "pipe"] });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stdin.end(SCRIPT);
  return { pid: child.pid as number, ended: new Promise<number | null>((resolve) => child.once("close", resolve)), said: () => text };
}
