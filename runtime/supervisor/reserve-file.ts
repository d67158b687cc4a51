import { createHash } from "node:crypto";
import { closeSync, fdatasyncSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";

/** Room for one writing, in bytes: the full state of some 300 processes, or the wishes for thousands. */
const SLOT_BYTES = 131_072;
/** Two, so that a writing that is cut off (by SIGKILL, or a power cut) leaves the one before. */
const SLOTS = 2;
/** Room for what stands before the text: its number, length and hash. */
const HEAD_BYTES = 128;

/** The longest text that fits into a slot, in bytes. */
export const RESERVE_BYTES_MAX = SLOT_BYTES - HEAD_BYTES;

/** A text with its number: of two the higher one is the later. */
export interface Reserved {
  readonly number: number;
  readonly text: string;
}

/**
 * `data/reserve`: a file whose blocks are taken while there is room, and which is only ever written over. What is written here
 * needs no space, so that a full disk cannot refuse it. (A file system that copies on write, as btrfs and ZFS do, may.)
 */
export class ReserveFile {
  private readonly path: string;
  private nextNumber: number;

  constructor(path: string) {
    this.path = path;
    this.nextNumber = (this.read()?.number ?? 0) + 1;
  }

  /** Takes the room, unless that is done. False where it cannot be had. */
  prepare(): boolean {
    try {
      if (statSync(this.path, { throwIfNoEntry: false })?.size === SLOTS * SLOT_BYTES) return true;
      const fd = openSync(this.path, "a+", 0o600);
      try {
        const { size } = statSync(this.path);
        // Real bytes, because a hole would need its room later.
        writeSync(fd, Buffer.alloc(SLOTS * SLOT_BYTES - size, "\n"));
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      return statSync(this.path).size === SLOTS * SLOT_BYTES;
    } catch {
      return false;
    }
  }

  /** Writes a text of at most `RESERVE_BYTES_MAX` bytes. `durable`: it survives the machine, too. Gives its number; null where that cannot be done. */
  write(text: string, durable: boolean): number | null {
    const number = this.nextNumber;
    const bytes = Buffer.from(text);
    if (bytes.length > RESERVE_BYTES_MAX) return null;
    const head = Buffer.from(`${number} ${bytes.length} ${hashOf(number, bytes)}`.padEnd(HEAD_BYTES - 1).concat("\n"));
    try {
      const fd = openSync(this.path, "r+");
      try {
        writeSync(fd, Buffer.concat([head, bytes]), 0, head.length + bytes.length, (number % SLOTS) * SLOT_BYTES);
        if (durable) fdatasyncSync(fd);
      } finally {
        closeSync(fd);
      }
      this.nextNumber += 1;
      return number;
    } catch {
      return null;
    }
  }

  /** The latest text that is whole, if its number is above `number`; null when there is none. What is written from now on has higher numbers. */
  readAfter(number: number): Reserved | null {
    this.nextNumber = Math.max(this.nextNumber, number + 1);
    const found = this.read();
    return found && found.number > number ? found : null;
  }

  private read(): Reserved | null {
    const found = readSlots(this.path).map(parse);
    return found.reduce((latest, each) => (each && (!latest || each.number > latest.number) ? each : latest), null);
  }
}

function readSlots(path: string): Buffer[] {
  try {
    const all = readFileSync(path);
    return Array.from({ length: SLOTS }, (_, slot) => all.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES));
  } catch {
    return [];
  }
}

function parse(slot: Buffer): Reserved | null {
  const [number, length, hash] = slot.toString("utf8", 0, HEAD_BYTES).trim().split(" ");
  const bytes = slot.subarray(HEAD_BYTES, HEAD_BYTES + Number(length));
  return hash === hashOf(Number(number), bytes) ? { number: Number(number), text: bytes.toString() } : null;
}

function hashOf(number: number, bytes: Buffer): string {
  return createHash("sha256").update(`${number} `).update(bytes).digest("hex");
}
