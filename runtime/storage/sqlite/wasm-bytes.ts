/** The WebAssembly module as it comes in the sql.js package. In a bundle `bundle-plugin.ts` puts another way to the bytes in this module's place. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** The module's bytes, read anew at each call: they are wanted once. */
export function loadWasm(): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm-debug.wasm"));
}
