/** The WebAssembly module as it comes in the sql.js package. In a bundle `bundle-plugin.ts` puts the bytes in this module's place. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The module's bytes, read anew at each call: they are wanted once. */
export function loadWasm(): Uint8Array<ArrayBuffer> {
  return readFileSync(createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm-debug.wasm"));
}
