/** A file system of a few megabytes, and the way to fill it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const canMount = process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;

/** Why a test that needs `mountSmall` cannot run here; null where it can. */
export const cannotMount: string | null = canMount ? null : "mounting a small file system needs root on Linux";

/** Puts `dir`, which is made, on a file system of `bytes` bytes; `using` unmounts it. */
export function mountSmall(dir: string, bytes: number): Disposable {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0700`, "tmpfs", dir]);
  if (status !== 0) throw new Error(`cannot mount: ${stderr}`);
  return { [Symbol.dispose]: () => spawnSync("umount", ["-l", dir]) };
}

/** Takes all the room there is on the file system of `dir`; gives the way to give it back. */
export function fillDisk(dir: string): () => void {
  const path = join(dir, "ballast");
  mkdirSync(dir, { recursive: true });
  const page = Buffer.alloc(4096);
  try {
    writeFileSync(path, Buffer.alloc(Math.max(0, Number(statfsSync(dir).bavail) * 4096 - 4096)));
    for (;;) writeFileSync(path, page, { flag: "a" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
  return () => rmSync(path);
}
