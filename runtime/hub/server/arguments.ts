/** The words of one command: where they lie in the bytes that came. `Requests` of core is such a thing itself. */

declare global {
  /** Node's and Bun's own fast ways, which the types do not know. */
  interface Buffer {
    latin1Slice(start: number, end: number): string;
    utf8Slice(start: number, end: number): string;
    latin1Write(text: string, offset: number, length: number): number;
  }
}

export interface Arguments {
  readonly buffer: Uint8Array<ArrayBufferLike>;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** The command's name counts. */
  readonly count: number;
}

/** A word with one letter a byte: keys, channels and names are kept so, because any bytes may be one. */
export function textAt(args: Arguments, index: number): string {
  return (args.buffer as Buffer).latin1Slice(args.starts[index] as number, args.ends[index] as number);
}

/** A word as UTF-8. */
export function utf8At(args: Arguments, index: number): string {
  return (args.buffer as Buffer).utf8Slice(args.starts[index] as number, args.ends[index] as number);
}

/** A word in upper case, as options are compared. */
export function wordAt(args: Arguments, index: number): string {
  return textAt(args, index).toUpperCase();
}

/** A word's bytes, valid while the command runs. */
export function viewAt(args: Arguments, index: number): Uint8Array {
  return args.buffer.subarray(args.starts[index], args.ends[index]);
}

/** A word's bytes, to keep. Not by `slice`, which copies nothing where the buffer is a Buffer: its room is used again. */
export function bytesAt(args: Arguments, index: number): Uint8Array {
  return new Uint8Array(viewAt(args, index));
}

/** All words, to keep: of a command that runs later. */
export function keepArguments(args: Arguments): Arguments {
  const first = args.starts[0] as number;
  const buffer = Buffer.from(args.buffer.subarray(first, args.ends[args.count - 1]));
  const moved = (positions: readonly number[]) => positions.slice(0, args.count).map((position) => position - first);
  return { buffer, starts: moved(args.starts), ends: moved(args.ends), count: args.count };
}

/** The bytes that a text with one letter a byte stands for. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** What bytes are as a text with one letter a byte. */
export function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).latin1Slice(0, bytes.length);
}
