/** The part of WebAssembly that is used here: neither ES2023 nor Node's types declare it, though every runtime has it (https://webassembly.github.io/spec/js-api). */

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; throws RangeError when it cannot. The old buffer is dead afterwards. */
  grow(pages: number): number;
}

/** What a module imports: functions by module and name. */
export type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface WasmApi {
  /** Compiles and links; rejects when an import is missing. */
  instantiate(bytes: Uint8Array, imports: WasmImports): Promise<{ readonly instance: { readonly exports: object } }>;
}

export const wasm: WasmApi = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
