/** For build.ts: esbuild plugins and an asset that bring the built-in templates into the bundles. */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "esbuild";
import { packBuiltIn } from "./pack.ts";

const TEMPLATES = fileURLToPath(new URL("../../templates/apps", import.meta.url));

/** Writes the file to embed (`bun build --compile --asset`) with a bundle made with `carry: "asset"`. */
export function writeTemplatesAsset(file: string): void {
  writeFileSync(file, compressed());
}

/**
 * Replaces `built-in-bytes.ts`. With `carry: "text"` the bundle holds the templates in a literal, for the single-file program;
 * with the name of an asset it reads them from what the compiled binary embeds, so that no command pays for them but `create`.
 */
export function templatesPlugin(carry: "text" | { readonly asset: string }): Plugin {
  const contents = () => (carry === "text" ? carryingText() : readingAsset(basename(carry.asset)));
  return {
    name: "ghost-templates",
    setup(build) {
      build.onLoad({ filter: /[\\/]runtime[\\/]apps[\\/]built-in-bytes\.ts$/ }, () => ({ contents: contents(), loader: "js" }));
    },
  };
}

function compressed(): Buffer {
  const text = Buffer.from(packBuiltIn(TEMPLATES), "utf8");
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  return brotliCompressSync(text, { params });
}

function carryingText(): string {
  return `import { brotliDecompressSync } from "node:zlib";
export async function loadBuiltIn() { return brotliDecompressSync(Buffer.from("${compressed().toString("base64")}", "base64")).toString("utf8"); }
`;
}

function readingAsset(name: string): string {
  return `import { brotliDecompressSync } from "node:zlib";
export async function loadBuiltIn() {
  const file = Bun.embeddedFiles.find((embedded) => embedded.name.endsWith(${JSON.stringify(name)}));
  if (!file) throw new Error("this binary was compiled without its templates");
  return brotliDecompressSync(new Uint8Array(await file.arrayBuffer())).toString("utf8");
}
`;
}
