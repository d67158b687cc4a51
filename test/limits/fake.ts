/** Folders that look like cgroups, for what needs controllers that a test machine rarely gives away. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CgroupSources } from "../../runtime/process/cgroup-place.ts";

/** A made-up cgroup file system; `await using` removes it. */
export interface FakeCgroups extends Disposable {
  /** What the kernel would say of a process in the cgroup `path`. */
  sources(path: string): CgroupSources;
  /** Makes a cgroup with these files beside the usual ones; gives its folder. */
  make(path: string, files?: Readonly<Record<string, string>>): string;
  /** A file of a cgroup; null where there is none. */
  read(path: string): string | null;
}

/** Makes an empty one. */
export function fakeCgroups(): FakeCgroups {
  const root = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gc-"));
  const mounts = `24 1 0:22 / /proc rw - proc proc rw\n31 24 0:27 / ${root} rw,nosuid shared:4 - cgroup2 cgroup2 rw\n`;
  return {
    sources: (path) => ({ self: `4:memory:/elsewhere\n0::${path}\n`, mounts }),
    make(path, files = {}) {
      const folder = join(root, path);
      mkdirSync(folder, { recursive: true });
      const usual = {
        "cgroup.controllers": "cpuset cpu io memory pids\n",
        "cgroup.procs": "",
        "cgroup.subtree_control": "",
        "cgroup.type": "domain\n",
      };
      for (const [name, text] of Object.entries({ ...usual, ...files })) writeFileSync(join(folder, name), text);
      return folder;
    },
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : null),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
