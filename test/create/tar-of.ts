/** One entry as a hostile archive may have it. */
export interface Entry {
  readonly path: string;
  readonly text?: string;
  /** tar's type flag, default `0`, a file. */
  readonly type?: string;
  readonly link?: string;
  /** What the header says of the size, in bytes; default: the truth. */
  readonly size?: number;
}

/** A ustar archive of these entries, whatever they are. */
export function tarOf(entries: readonly Entry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocks), Buffer.alloc(1024)]);
}

function blocks({ path, text = "", type = "0", link = "", size }: Entry): Buffer[] {
  const data = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write("0000644\0", 100);
  header.write(`${(size ?? data.length).toString(8).padStart(11, "0")}\0`, 124);
  header.write(type, 156);
  header.write(link, 157);
  header.write("ustar\u000000", 257);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, data, Buffer.alloc(-data.length & 511)];
}
