/** Part of the build: puts the files of `ghost-sdk` where a bundled program, with nothing beside it, can read them. */
import { basename } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Plugin } from "esbuild";
import { versionsOf } from "./sdk-versions.ts";

/**
 * The esbuild plugin that replaces `sdk-files.ts`. With `carry: "text"` the bundle holds the texts, compressed; with `"asset"` it reads `file`
 * (the texts as JSON, brotli-compressed, embedded by `bun build --compile --asset`). Neither costs anything before it is asked for. Which versions they are is
 * there as it is.
 */
export function sdkFilesPlugin({
  carry,
  file,
  files,
}: {
  carry: "text" | "asset";
  file: string;
  files: Readonly<Record<string, string>>;
}): Plugin {
  const versions = `export const sdkVersions = () => (${JSON.stringify(versionsOf(files))});\n`;
  const contents = versions + (carry === "text" ? carryingText(packSdk(files)) : readingAsset(basename(file)));
  return {
    name: "ghost-sdk-files",
    setup(build) {
      build.onLoad({ filter: /[\\/]runtime[\\/]apps[\\/]sdk-files\.ts$/ }, () => ({ contents, loader: "js" }));
    },
  };
}

/** The texts in one piece, as `sdkFiles` of a bundle reads them. */
export function packSdk(files: Readonly<Record<string, string>>): Buffer {
  return brotliCompressSync(JSON.stringify(files));
}

const UNPACK =
  'import { brotliDecompressSync } from "node:zlib";\nconst unpack = (bytes) => JSON.parse(brotliDecompressSync(bytes).toString());\n';

function carryingText(packed: Buffer): string {
  return `${UNPACK}export async function sdkFiles() { return unpack(Buffer.from("${packed.toString("base64")}", "base64")); }\n`;
}

function readingAsset(name: string): string {
  return `${UNPACK}export async function sdkFiles() {
  const file = Bun.embeddedFiles.find((embedded) => embedded.name.endsWith(${JSON.stringify(name)}));
  if (!file) throw new Error("this binary was compiled without the files of ghost-sdk");
  return unpack(new Uint8Array(await file.arrayBuffer()));
}
`;
}
