import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "../rig/ghost.ts";

/** A Node that strips types by itself (≥ 22.18): the one of PATH, else the one that ghost-sea is built around, if a build has fetched it; else null. */
export async function nodeWithTypes(): Promise<string | null> {
  const fetched = join(ROOT, `node_modules/.cache/ghost-runtimes/node-${process.platform}-${process.arch}-26.10.0/package/bin/node`);
  for (const node of ["node", fetched]) if ((node === "node" || existsSync(node)) && (await stripsTypes(node))) return node;
  return null;
}

async function stripsTypes(node: string): Promise<boolean> {
  const { stdout } = await run([node, "--version"]).catch(() => ({ stdout: "" }));
  const [major = 0, minor = 0] = stdout.slice(1).split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}
