import { createHash, timingSafeEqual } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** A longer token is a file that was named by mistake, in bytes. */
const TOKEN_BYTES_MAX = 4 * 1024;

/** The file with the token that opens the daemon's TCP port. Read anew when it changes: a token that was replaced is void at once. */
export class TokenFile {
  readonly path: string;
  private read: { readonly stamp: string; readonly digest: Buffer } | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** Throws what is wrong with the file: missing, not a file, open to others, somebody else's, empty. */
  check(): void {
    this.digest();
  }

  /** Whether this is the token. The comparison takes as long for any other. Throws as `check` does. */
  fits(token: string): boolean {
    return timingSafeEqual(this.digest(), digestOf(token));
  }

  private digest(): Buffer {
    const stats = statOf(this.path);
    const stamp = [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(" ");
    if (this.read?.stamp === stamp) return this.read.digest;
    this.read = null;
    const digest = digestOf(readToken(this.path));
    this.read = { stamp, digest };
    return digest;
  }
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
}

function readToken(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
  try {
    refuseLax(path, fstatSync(fd));
    const token = readFileSync(fd, "utf8").trim();
    if (token !== "") return token;
    throw new GhostError("CONFIG_INVALID", `cannot use ${path} as token_file: it is empty`, {
      hint: `(umask 077; head -c 32 /dev/urandom | base64 > ${path})`,
    });
  } finally {
    closeSync(fd);
  }
}

/** The token may start and stop every process: only its owner, and that is the daemon's user or root, may read it. */
function refuseLax(path: string, stats: Stats): void {
  const refuse = (why: string, hint: string): GhostError =>
    new GhostError("CONFIG_INVALID", `cannot use ${path} as token_file: ${why}`, { hint });
  if (!stats.isFile()) throw refuse("it is not a regular file", "mend `http.token_file` in .ghost.yaml");
  if ((stats.mode & 0o077) !== 0) throw refuse(`others may read it (mode ${(stats.mode & 0o777).toString(8)})`, `chmod 600 ${path}`);
  const uid = process.getuid?.() ?? stats.uid;
  if (stats.uid !== uid && stats.uid !== 0) throw refuse(`it belongs to user ${stats.uid}`, `chown ${uid} ${path}`);
  if (stats.size > TOKEN_BYTES_MAX) throw refuse(`it is larger than ${TOKEN_BYTES_MAX} bytes`, "a token is one line");
}

function unreadable(path: string, error: NodeJS.ErrnoException): GhostError {
  if (error.code === "ENOENT")
    return new GhostError("CONFIG_NOT_FOUND", `cannot use ${path} as token_file: there is no such file`, {
      hint: `(umask 077; head -c 32 /dev/urandom | base64 > ${path})`,
    });
  return new GhostError("PERMISSION_DENIED", `cannot use ${path} as token_file: ${error.message}`, {
    hint: "let the daemon's user read it",
  });
}
