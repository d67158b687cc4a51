/** One entry of a tar archive. */
export interface TarFile {
  /** As the archive has it; checked by nobody yet. */
  readonly path: string;
  readonly kind: "file" | "folder" | "other";
  readonly mode: number;
  readonly data: Uint8Array;
}

const BLOCK_BYTES = 512;

/**
 * The entries of a tar archive: ustar, with the long names of pax (POSIX.1-2001) and of GNU tar. Links and devices come as
 * `other`. Throws RangeError where the archive is damaged.
 */
export function* readTar(archive: Buffer): Generator<TarFile> {
  if (archive.length < BLOCK_BYTES) throw new RangeError("it is no tar archive, or is damaged");
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK_BYTES <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK_BYTES);
    if (header.every((byte) => byte === 0)) return;
    checkSum(header);
    const size = octal(header, 124, 12);
    const data = archive.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + size);
    if (data.length < size) throw new RangeError("it ends in the middle of a file");
    at += BLOCK_BYTES + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "x") longPath = paxPath(data) ?? longPath;
    else if (type === "L") longPath = text(data, 0, data.length);
    else if (type !== "g") {
      yield { path: longPath ?? headerPath(header), kind: kindOf(type), mode: octal(header, 100, 8), data };
      longPath = undefined;
    }
  }
}

function kindOf(type: string): TarFile["kind"] {
  if (type === "0" || type === "\0" || type === "7") return "file";
  return type === "5" ? "folder" : "other";
}

function headerPath(header: Buffer): string {
  const prefix = text(header, 257, 5) === "ustar" && header[262] === 0 ? text(header, 345, 155) : "";
  const name = text(header, 0, 100);
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Records of pax read `LENGTH KEY=VALUE\n`; LENGTH counts the whole record, in bytes. */
function paxPath(data: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(" ", at);
    const length = Number(data.toString("ascii", at, space));
    if (space === -1 || !Number.isInteger(length) || length <= space - at + 1) throw new RangeError("it has a damaged header");
    const record = data.toString("utf8", space + 1, at + length - 1);
    if (record.startsWith("path=")) path = record.slice("path=".length);
    at += length;
  }
  return path;
}

function checkSum(header: Buffer): void {
  let sum = 0;
  for (let index = 0; index < BLOCK_BYTES; index++) sum += index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
  if (sum !== Number.parseInt(text(header, 148, 8), 8)) throw new RangeError("it is no tar archive, or is damaged");
}

/** Sizes from 8 GiB on are written otherwise, and are damage here. */
function octal(header: Buffer, offset: number, length: number): number {
  const digits = text(header, offset, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw new RangeError("it has a damaged header");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function text(bytes: Buffer, offset: number, length: number): string {
  const end = bytes.subarray(offset, offset + length).indexOf(0);
  return bytes.toString("utf8", offset, offset + (end === -1 ? length : end));
}
