import type { WasmMemory } from "./webassembly.ts";

/** The memory of the SQLite module, seen as bytes and as numbers. All views are made anew when it grows. */
export class Heap {
  bytes: Buffer = Buffer.alloc(0);
  i32: Int32Array = new Int32Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  private memory: WasmMemory | null = null;

  /** Binds the memory that the instance exports; before that no view may be used. */
  attach(memory: WasmMemory): void {
    this.memory = memory;
    this.refresh();
  }

  /** Grows to at least `bytes`; false when the system or the 2 GiB limit of the module refuses. */
  grow(bytes: number): boolean {
    if (!this.memory) return false;
    const missing = Math.ceil((bytes - this.bytes.length) / PAGE_BYTES);
    try {
      this.memory.grow(Math.max(missing, GROWTH_PAGES_MIN));
    } catch {
      return false;
    }
    this.refresh();
    return true;
  }

  /** The UTF-8 text that ends with a zero byte at `pointer`. */
  text(pointer: number): string {
    return this.bytes.toString("utf8", pointer, this.bytes.indexOf(0, pointer));
  }

  private refresh(): void {
    const { buffer } = this.memory as WasmMemory;
    this.bytes = Buffer.from(buffer);
    this.i32 = new Int32Array(buffer);
    this.view = new DataView(buffer);
  }
}

/** A page of WebAssembly memory (specification). */
const PAGE_BYTES = 65_536;
/** Grows by at least 1 MiB, so that a growing cache does not rebuild the views at each page. */
const GROWTH_PAGES_MIN = 16;
