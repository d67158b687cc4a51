import { createHash, timingSafeEqual } from "node:crypto";
import { type PrivateUse, readPrivateFile, statPrivateFile } from "../system/private-file.ts";

/** A token may start and stop every process. */
const USE: PrivateUse = {
  key: "http.token_file",
  recipe: (path) => `(umask 077; head -c 32 /dev/urandom | base64 > ${path})`,
  bytesMax: 4 * 1024,
};

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
    const stats = statPrivateFile(this.path, USE);
    const stamp = [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(" ");
    if (this.read?.stamp === stamp) return this.read.digest;
    this.read = null;
    const digest = digestOf(readPrivateFile(this.path, USE));
    this.read = { stamp, digest };
    return digest;
  }
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
