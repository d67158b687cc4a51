/** The words of one command: where they lie in the bytes that came. `Requests` of core is such a thing itself. */

declare global {
  /** Node's and Bun's own fast ways, which the types do not know. */
  interface Buffer {
    latin1Slice(start: number, end: number): string;
    utf8Slice(start: number, end: number): string;
    latin1Write(text: string, offset: number, length: number): number;
  }
}

/** Up to here a loop copies faster than a call. */
const LOOP_BYTES_MAX = 96;

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

/** A word's bytes, to keep. */
export function bytesAt(args: Arguments, index: number): Uint8Array {
  return copyOf(args.buffer, args.starts[index] as number, args.ends[index] as number);
}

/** Whether a word is `text`, one letter a byte. */
export function isWord(args: Arguments, index: number, text: string): boolean {
  const start = args.starts[index] as number;
  const { length } = text;
  if ((args.ends[index] as number) - start !== length) return false;
  for (let at = 0; at < length; at++) if (args.buffer[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

/** Bytes of their own. Not by `slice`, which copies nothing of a Buffer. What is short lies where the runtime keeps its objects, which costs a tenth of a buffer elsewhere. */
export function copyOf(buffer: Uint8Array<ArrayBufferLike>, start: number, end: number): Uint8Array<ArrayBuffer> {
  const size = end - start;
  const copy = new Uint8Array(size);
  if (size > LOOP_BYTES_MAX) copy.set(buffer.subarray(start, end));
  else for (let index = 0; index < size; index++) copy[index] = buffer[start + index] as number;
  return copy;
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
