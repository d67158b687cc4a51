/** Part of the build: puts SQLite's WebAssembly where a bundled program, with no package beside it, can read it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "esbuild";

/** The file to embed (`bun build --compile --asset`) with a bundle made with `carry: "asset"`. */
export const sqliteWasmFile: string = createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm-debug.wasm");

/**
 * The esbuild plugin that replaces `wasm-bytes.ts`. With `carry: "text"` the bundle holds the bytes itself, compressed, in one literal: for the
 * single-file program. With `"asset"` it reads `sqliteWasmFile` from what the compiled binary embeds: a literal of 400 KB cost every command
 * of the compiled binary 3 ms at its start, bytecode or not; an embedded file costs nothing until it is read.
 */
export function sqliteWasmPlugin(options: { readonly carry: "text" | "asset" }): Plugin {
  const contents = options.carry === "text" ? carryingText : readingAsset;
  return {
    name: "sqlite-wasm",
    setup(build) {
      build.onLoad({ filter: /[\\/]storage[\\/]sqlite[\\/]wasm-bytes\.ts$/ }, () => ({ contents: contents(), loader: "js" }));
    },
  };
}

function carryingText(): string {
  const bytes = readFileSync(sqliteWasmFile);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const packed = brotliCompressSync(bytes, { params }).toString("base64");
  // Inside a function, so that a command which opens no database does nothing with it.
  return `import { brotliDecompressSync } from "node:zlib";
export async function loadWasm() { return brotliDecompressSync(Buffer.from("${packed}", "base64")); }
`;
}

function readingAsset(): string {
  return `export async function loadWasm() {
  const file = Bun.embeddedFiles.find((embedded) => embedded.name.endsWith(${JSON.stringify(basename(sqliteWasmFile))}));
  if (!file) throw new Error("this binary was compiled without its SQLite module");
  return new Uint8Array(await file.arrayBuffer());
}
`;
}
