/** One file in an archive. */
export interface TarEntry {
  /** At most 100 bytes, ASCII. */
  readonly name: string;
  readonly data: Uint8Array;
}

const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;
const MODE = 0o600;

/** A tar archive (POSIX.1-1988 ustar, pubs.opengroup.org "pax") of regular files, all of one date. */
export function makeTar(entries: readonly TarEntry[], date: Date): Buffer {
  const blocks = entries.flatMap(({ name, data }) => [
    header(name, data.length, date),
    data,
    Buffer.alloc(-data.length & (BLOCK_BYTES - 1)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function header(name: string, size: number, date: Date): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw new RangeError(`a name in a tar archive has at most ${NAME_BYTES_MAX} bytes: ${name}`);
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(name, 0, "ascii");
  writeOctal(block, 100, 8, MODE);
  writeOctal(block, 108, 8, 0);
  writeOctal(block, 116, 8, 0);
  writeOctal(block, 124, 12, size);
  writeOctal(block, 136, 12, Math.floor(date.getTime() / 1000));
  block.write("0", 156, "ascii");
  block.write("ustar\u000000", 257, "ascii");
  // The checksum is taken with its own field full of spaces.
  block.fill(" ", 148, 156);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
    "ascii",
  );
  return block;
}

function writeOctal(block: Buffer, offset: number, length: number, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset, "ascii");
}
