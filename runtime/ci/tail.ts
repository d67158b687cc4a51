import { closeSync, openSync, readSync } from "node:fs";

/** How often the files are looked at, in ms: what a program writes is seen that much later at most. */
const LOOK_MS = 20;
/** Read at once at most, in bytes. */
const CHUNK_BYTES = 64 * 1024;

/** Passes on what is written to files, byte by byte, as it comes. For logs that are not rotated; a file may appear later. */
export class Tail {
  private readonly files: readonly OneFile[];
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(files: readonly { readonly path: string; readonly write: (bytes: Uint8Array) => void }[]) {
    this.files = files.map(({ path, write }) => new OneFile(path, write));
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** Passes on the rest, too. */
  close(): void {
    clearInterval(this.timer);
    this.look();
    for (const file of this.files) file.close();
  }

  /** Passes on at once what is there now. */
  look(): void {
    for (const file of this.files) file.read();
  }
}

class OneFile {
  private readonly path: string;
  private readonly write: (bytes: Uint8Array) => void;
  private readonly buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  private fd: number | null = null;
  private offset = 0;

  constructor(path: string, write: (bytes: Uint8Array) => void) {
    this.path = path;
    this.write = write;
  }

  read(): void {
    this.fd ??= openIfThere(this.path);
    if (this.fd === null) return;
    for (;;) {
      const bytes = readSync(this.fd, this.buffer, 0, CHUNK_BYTES, this.offset);
      if (bytes === 0) return;
      this.offset += bytes;
      this.write(this.buffer.subarray(0, bytes));
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    return null;
  }
}
