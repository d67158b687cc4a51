/** Part of the build: puts SQLite's WebAssembly into the bundle, where no package is beside the program to read it from. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "esbuild";

/**
 * The esbuild plugin: `wasm-bytes.ts` becomes a module that carries the bytes, compressed, as text. The text stands inside a
 * function, so that a command which opens no database does nothing with it.
 */
export function sqliteWasmPlugin(): Plugin {
  return {
    name: "sqlite-wasm",
    setup(build) {
      build.onLoad({ filter: /[\\/]storage[\\/]sqlite[\\/]wasm-bytes\.ts$/ }, () => ({ contents: moduleText(), loader: "js" }));
    },
  };
}

function moduleText(): string {
  const bytes = readFileSync(createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm-debug.wasm"));
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const packed = brotliCompressSync(bytes, options).toString("base64");
  return `import { brotliDecompressSync } from "node:zlib";
export function loadWasm() { return brotliDecompressSync(Buffer.from("${packed}", "base64")); }
`;
}
