/** Files that hold a secret: only their owner, and that is this program's user or root, may read them. */
import { type Stats, statSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type RegularFile, readRegularFile } from "./regular-file.ts";

/** What a file is for. */
export interface PrivateUse {
  /** The key that names it, e.g. `http.token_file`. */
  readonly key: string;
  /** How to make one, from its path. */
  readonly recipe: (path: string) => string;
  /** A longer file was named by mistake, in bytes. */
  readonly bytesMax: number;
}

/** The text of such a file, without blanks around it; never empty. Throws CONFIG_INVALID, CONFIG_NOT_FOUND or PERMISSION_DENIED, whose messages hold nothing of it. */
export function readPrivateFile(path: string, use: PrivateUse): string {
  const file = open(path, use);
  refuseLax(path, use, file);
  const text = file.kind === "read" ? file.bytes.toString("utf8").trim() : "";
  if (text !== "") return text;
  throw new GhostError("CONFIG_INVALID", `cannot use ${path} as ${nameOf(use)}: it is empty`, { hint: use.recipe(path) });
}

function open(path: string, use: PrivateUse): RegularFile {
  try {
    return readRegularFile(path, use.bytesMax);
  } catch (error) {
    throw unreadable(path, use, error as NodeJS.ErrnoException);
  }
}

/** The state of such a file, by which a change is seen. Throws as `readPrivateFile` does. */
export function statPrivateFile(path: string, use: PrivateUse): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, use, error as NodeJS.ErrnoException);
  }
}

function refuseLax(path: string, use: PrivateUse, { kind, stats }: RegularFile): void {
  const refuse = (why: string, hint: string): GhostError =>
    new GhostError("CONFIG_INVALID", `cannot use ${path} as ${nameOf(use)}: ${why}`, { hint });
  if (kind === "directory" || kind === "special") throw refuse("it is not a regular file", `mend \`${use.key}\` in .ghost.yaml`);
  if ((stats.mode & 0o077) !== 0) throw refuse(`others may read it (mode ${(stats.mode & 0o777).toString(8)})`, `chmod 600 ${path}`);
  const uid = process.getuid?.() ?? stats.uid;
  if (stats.uid !== uid && stats.uid !== 0) throw refuse(`it belongs to user ${stats.uid}`, `chown ${uid} ${path}`);
  if (kind === "large") throw refuse(`it is larger than ${use.bytesMax} bytes`, use.recipe(path));
}

function unreadable(path: string, use: PrivateUse, error: NodeJS.ErrnoException): GhostError {
  const missing = error.code === "ENOENT";
  return new GhostError(
    missing ? "CONFIG_NOT_FOUND" : "PERMISSION_DENIED",
    `cannot use ${path} as ${nameOf(use)}: ${missing ? "there is no such file" : error.message}`,
    { hint: missing ? use.recipe(path) : "let the user that runs this read it" },
  );
}

/** `token_file` of `http.token_file`. */
function nameOf({ key }: PrivateUse): string {
  return key.slice(key.lastIndexOf(".") + 1);
}
