/** Apps of tests: a folder with the built SDK in it, and a program that is run there. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, ROOT, run } from "../rig/ghost.ts";
import { findProgram } from "../rig/needs.ts";

/** How an app is started by each runtime. */
export const RUNTIMES = {
  Bun: [process.execPath],
  Node: [findProgram("node") ?? "node"],
  Deno: [join(ROOT, "node_modules/.bin/deno"), "run", "--allow-all", "--no-lock"],
} as const;

/** A folder of an app; gone at the end of `using`. */
export interface AppFolder extends Disposable {
  readonly dir: string;
  write(name: string, text: string): string;
  /** The environment of a program in it: no hub unless it is named. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a program text there, by default under Node. */
  run(
    text: string,
    options?: { readonly runtime?: readonly string[]; readonly env?: Record<string, string>; readonly args?: string[] },
  ): Promise<Outcome>;
}

export function makeApp(): AppFolder {
  const dir = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? tmpdir(), "ga-"));
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  mkdirSync(join(dir, "node_modules"));
  symlinkSync(join(ROOT, "dist/sdk"), join(dir, "node_modules/ghost-sdk"));
  write("package.json", JSON.stringify({ type: "module", dependencies: { "ghost-sdk": "file:./node_modules/ghost-sdk" } }));
  const env = { PATH: process.env.PATH ?? "", HOME: dir, GHOST_HOME: join(dir, "home") };
  return {
    dir,
    write,
    env,
    run: (text, { runtime = RUNTIMES.Node, env: more, args = [] } = {}) =>
      run([...runtime, write("app.mjs", text), ...args], { cwd: dir, env: { ...env, ...more } }),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Why a runtime cannot be tried here; null where it can. */
export async function lacks([program]: readonly string[]): Promise<string | null> {
  const outcome = await run([program as string, "--version"]).catch(() => null);
  return outcome?.code === 0 ? null : `needs ${program}`;
}
