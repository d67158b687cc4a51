/** How the hub and the process of a namespace talk: frames on two pipes, each the length of what follows (32 bits, little-endian), a kind (one byte) and its bytes. */

/** What the hub asks. The first frame of all is `OPEN`. */
export const Ask = {
  /** JSON: `OpenOrder`. */
  OPEN: 1,
  /** Statement and parameters. */
  QUERY: 2,
  EXECUTE: 3,
  /** JSON: `[[sql, params], …]`. */
  BATCH: 4,
  BEGIN: 5,
  COMMIT: 6,
  ROLLBACK: 7,
  /** A path. */
  BACKUP: 8,
} as const;

/**
 * What the process answers. Each request is answered by one `RESULT` or `ERROR`, in their order. The answers to statements that share one commit come
 * `HELD`: they count only when `COMMITTED` comes; `UNDONE` says that they are void and will be answered anew. Between `COMMITTING` and the next frame
 * alone nobody but the disk knows whether a commit took place.
 */
export const Say = {
  /** The file is open. */
  READY: 1,
  RESULT: 2,
  /** JSON: an `ErrorBody`. */
  ERROR: 3,
  HELD_RESULT: 4,
  HELD_ERROR: 5,
  COMMITTING: 6,
  COMMITTED: 7,
  UNDONE: 8,
  /** The last word: it ends because it has grown too large, and has not run what it did not answer. */
  LEAVING: 9,
} as const;

export interface OpenOrder {
  /** Whose end is the process's end. */
  readonly parentPid: number;
  readonly resultRowsMax: number;
  readonly resultCharactersMax: number;
}

export interface Frame {
  readonly kind: number;
  readonly body: Buffer;
}

const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 1;
/** A statement's body begins with the length of its text; the parameters are the rest. */
const TEXT_LENGTH_BYTES = 4;

/** A frame as bytes. */
export function encodeFrame(kind: number, body: string | Uint8Array = ""): Buffer {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + length);
  bytes.writeUInt32LE(length + 1, 0);
  bytes[LENGTH_BYTES] = kind;
  if (typeof body === "string") bytes.write(body, HEAD_BYTES);
  else bytes.set(body, HEAD_BYTES);
  return bytes;
}

/** The body of `QUERY` and `EXECUTE`. */
export function encodeStatement(sql: string, params: string): Buffer {
  const length = Buffer.byteLength(sql);
  const body = Buffer.allocUnsafe(TEXT_LENGTH_BYTES + length + Buffer.byteLength(params));
  body.writeUInt32LE(length, 0);
  body.write(sql, TEXT_LENGTH_BYTES);
  body.write(params, TEXT_LENGTH_BYTES + length);
  return body;
}

/** What `encodeStatement` was given. */
export function decodeStatement(body: Buffer): { readonly sql: string; readonly params: string } {
  const end = TEXT_LENGTH_BYTES + body.readUInt32LE(0);
  return { sql: body.toString("utf8", TEXT_LENGTH_BYTES, end), params: body.toString("utf8", end) };
}

/** Puts a stream of bytes together to frames. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private bytes = 0;
  /** Bytes that must be there before another look is worth it. */
  private wanted = HEAD_BYTES;

  /** The frames that are complete with this chunk. The chunk's memory is used until then. */
  push(chunk: Buffer): Frame[] {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    return this.bytes < this.wanted ? [] : this.take();
  }

  private take(): Frame[] {
    const all = this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks);
    const frames: Frame[] = [];
    let at = 0;
    for (;;) {
      const left = all.length - at;
      this.wanted = left < LENGTH_BYTES ? HEAD_BYTES : LENGTH_BYTES + all.readUInt32LE(at);
      if (left < this.wanted) break;
      frames.push({ kind: all[at + LENGTH_BYTES] as number, body: all.subarray(at + HEAD_BYTES, at + this.wanted) });
      at += this.wanted;
    }
    this.chunks = at === all.length ? [] : [all.subarray(at)];
    this.bytes = all.length - at;
    return frames;
  }
}
