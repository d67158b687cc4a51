/**
 * SQLite writes each frame of its write-ahead log as two pieces, 24 bytes and a page (https://sqlite.org/fileformat2.html#walformat).
 * Here they are gathered until the frame that ends a commit, and go to the file as one write; a failure is that last write's,
 * which is when SQLite can still undo. Who reads, sizes or syncs the file must call `flush` first.
 */
import { writeSync } from "node:fs";

/** The log begins with a header, which goes out as it is. */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Where a frame's header has the size of the database, which only a commit's last frame says. */
const COMMIT_FIELD = 4;
/** More is written before the commit's end. */
const GATHERED_BYTES_MAX = 128 * 1024;

export class LogFrames {
  private readonly fd: number;
  private readonly gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES_MAX);
  private used = 0;
  /** Where in the file what was gathered begins. */
  private start = 0;
  private isEnding = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Takes bytes for the file at `position`; throws what the system says of any that wait. */
  write(bytes: Uint8Array, position: number): void {
    if (position !== this.start + this.used || this.used + bytes.length > GATHERED_BYTES_MAX) this.flush();
    const isHeader = bytes.length === FRAME_HEADER_BYTES;
    if (position < HEADER_BYTES || (this.used === 0 && !isHeader)) {
      writeAll(this.fd, bytes, position);
      return;
    }
    if (this.used === 0) this.start = position;
    if (isHeader) this.isEnding = bytes.subarray(COMMIT_FIELD, COMMIT_FIELD + 4).some((byte) => byte !== 0);
    this.gathered.set(bytes, this.used);
    this.used += bytes.length;
    if (this.isEnding && !isHeader) this.flush();
  }

  /** Writes what waits. Whether that goes well or not, nothing waits then: SQLite writes it anew after an error. */
  flush(): void {
    if (this.used === 0) return;
    const bytes = this.gathered.subarray(0, this.used);
    this.used = 0;
    this.isEnding = false;
    writeAll(this.fd, bytes, this.start);
  }
}

/** A disk that becomes full in the middle takes a part, and says so at the next attempt. */
function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}
