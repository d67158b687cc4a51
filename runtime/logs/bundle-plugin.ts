/** For build.ts: an esbuild plugin that puts the pump thread's code, bundled and minified, into the bundle as a text. */
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

/** Replaces `worker-source.ts`; the text is CommonJS, to be run with `new Worker(text, { eval: true })`. */
export function pumpWorkerPlugin(): Plugin {
  return {
    name: "ghost-pump-worker",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]runtime[\\/]logs[\\/]worker-source\.ts$/ }, async () => {
        return { contents: `export const workerSource = ${JSON.stringify(await bundleWorker())};`, loader: "js" };
      });
    },
  };
}

async function bundleWorker(): Promise<string> {
  const entry = fileURLToPath(new URL("./pump-worker.ts", import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "es2022",
    external: ["bun:ffi"],
  });
  return outputFiles[0]?.text ?? "";
}
