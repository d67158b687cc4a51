/** How a program is run as somebody else. */
import { statSync } from "node:fs";

/** Whom a program runs as. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  /** The account's name, for its supplementary groups; null for a bare number. */
  readonly userName: string | null;
}

/** Folders of the system's own tools. PATH is not asked: it is the program's, and what is run before the privileges are dropped must not come from there. */
const TOOL_FOLDERS = ["/usr/bin", "/bin"] as const;

/** A spawn call drops all supplementary groups; setpriv (util-linux) gives the user those that it has. Empty where there is none, or no need: then the spawn call has to do. */
export function privilegePrefix(credentials: Credentials | null): string[] {
  const setpriv = credentials?.userName ? findTool("setpriv") : null;
  if (!credentials || setpriv === null || process.platform !== "linux" || process.getuid?.() !== 0) return [];
  return [setpriv, `--reuid=${credentials.uid}`, `--regid=${credentials.gid}`, "--init-groups"];
}

/** The path of a tool of the system, or null. */
export function findTool(name: string): string | null {
  return TOOL_FOLDERS.map((folder) => `${folder}/${name}`).find((path) => statSync(path, { throwIfNoEntry: false })?.isFile()) ?? null;
}
