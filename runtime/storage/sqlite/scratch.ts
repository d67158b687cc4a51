import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { Engine } from "./engine.ts";

/** Room for the values of most statements; what does not fit is allocated for one execution. */
const ARENA_BYTES = 65_536;
/** A UTF-16 unit is at most three bytes of UTF-8. */
const UTF8_BYTES_PER_UNIT = 3;

/** Memory of the module for what goes into one execution: values, SQL text, results by pointer. Emptied with `clear`. */
export class Scratch {
  /** Two pointers that functions write results to; the second directly after the first. */
  readonly out: number;
  /** Bytes that the last `text` took, its closing zero not counted. */
  length = 0;
  private readonly engine: Engine;
  private readonly arena: number;
  private used = 0;
  private readonly extra: number[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
    this.out = this.allocate(8);
    this.arena = this.allocate(ARENA_BYTES);
  }

  /** Copies a text as UTF-8 with a closing zero; its size is in `length`. */
  text(value: string): number {
    const pointer = this.take(value.length * UTF8_BYTES_PER_UNIT + 1);
    const { bytes } = this.engine.heap;
    this.length = bytes.write(value, pointer, "utf8");
    bytes[pointer + this.length] = 0;
    this.giveBack(pointer, this.length + 1);
    return pointer;
  }

  /** Copies bytes. */
  blob(value: Uint8Array): number {
    const pointer = this.take(Math.max(1, value.length));
    this.engine.heap.bytes.set(value, pointer);
    return pointer;
  }

  /** Ends the life of all that was copied. */
  clear(): void {
    this.used = 0;
    for (const pointer of this.extra.splice(0)) this.engine.sqlite.free(pointer);
  }

  /** Gives the memory back; nothing may be called afterwards. */
  free(): void {
    this.clear();
    this.engine.sqlite.free(this.arena);
    this.engine.sqlite.free(this.out);
  }

  private take(bytes: number): number {
    if (bytes <= ARENA_BYTES - this.used) {
      const pointer = this.arena + this.used;
      this.used += bytes;
      return pointer;
    }
    const pointer = this.allocate(bytes);
    this.extra.push(pointer);
    return pointer;
  }

  /** A text is mostly a third of what it could be. */
  private giveBack(pointer: number, kept: number): void {
    if (pointer >= this.arena && pointer < this.arena + ARENA_BYTES) this.used = pointer - this.arena + kept;
  }

  private allocate(bytes: number): number {
    const pointer = this.engine.sqlite.malloc(bytes);
    if (pointer === 0) throw new GhostError("DATABASE_FAILED", `cannot use SQLite: it has no memory for ${bytes} bytes`);
    return pointer;
  }
}
