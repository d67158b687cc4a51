/**
 * For build.ts: esbuild makes a file of each set of modules that several others share. Here all that `index.js` loads at once becomes `index.js`
 * again, one file; what is loaded on demand takes from it what it shares with it, by names that begin with `_` and are in no declaration.
 */
import { posix } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";

/** Built files: path in the package and text. */
export type Built = ReadonlyMap<string, string>;

const ENTRY = "index.js";

/** The same package with one file for all that `index.js` imports. */
export async function joinParts(files: Built, outputs: Metafile["outputs"]): Promise<Map<string, string>> {
  const joined = loadedAtOnce(ENTRY, outputs);
  const shared = [...joined].filter((path) => path !== ENTRY);
  const names = new Map(shared.map((path, index) => [path, `_${index}`]));
  const lines = shared.flatMap((path) => exportLine(path, outputs[path]?.exports ?? [], names.get(path) ?? ""));
  const entry = [`export * from "./${ENTRY}";`, ...lines].join("\n");
  const result = new Map([[ENTRY, await joinedText(entry, files, joined)]]);
  for (const [path, text] of files) if (!joined.has(path)) result.set(path, pointedAtIndex(path, text, names));
  return result;
}

/** An output and all that it imports at once. */
export function loadedAtOnce(path: string, outputs: Metafile["outputs"], found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: next, kind } of outputs[path]?.imports ?? [])
    if (kind === "import-statement" && outputs[next]) loadedAtOnce(next, outputs, found);
  return found;
}

function exportLine(path: string, exported: readonly string[], prefix: string): string[] {
  return exported.length === 0 ? [] : [`export { ${exported.map((name) => `${name} as ${prefix}${name}`).join(", ")} } from "./${path}";`];
}

async function joinedText(entry: string, files: Built, joined: ReadonlySet<string>): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, sourcefile: "joined.js", resolveDir: "/" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    write: false,
    logLevel: "warning",
    plugins: [fromMemory(files, joined)],
  });
  return outputFiles[0]?.text ?? "";
}

/** Reads what is joined; what is loaded on demand stays where it is. */
function fromMemory(files: Built, joined: ReadonlySet<string>): Plugin {
  return {
    name: "ghost-sdk-parts",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, importer, namespace }) => {
        const target = posix.join(namespace === "parts" ? posix.dirname(importer) : ".", path);
        return joined.has(target) ? { path: target, namespace: "parts" } : { path: `./${target}`, external: true };
      });
      onLoad({ filter: /.*/, namespace: "parts" }, ({ path }) => ({ contents: files.get(path) ?? "", loader: "js" }));
    },
  };
}

/** Imports of what has been joined, as esbuild's minifier writes them, become imports of `index.js`. */
function pointedAtIndex(path: string, text: string, names: ReadonlyMap<string, string>): string {
  const folder = posix.dirname(path);
  // An import for its effects alone has none: `index.js` was there first.
  const left = text.replace(/import"(\.[^"]+)";/g, (whole, from: string) => (names.has(posix.join(folder, from)) ? "" : whole));
  return left.replace(/import\{([^}]+)\}from"(\.[^"]+)"/g, (whole, list: string, from: string) => {
    const prefix = names.get(posix.join(folder, from));
    if (prefix === undefined) return whole;
    const renamed = list.split(",").map((each) => `${prefix}${each.includes(" as ") ? each : `${each} as ${each}`}`);
    return `import{${renamed.join()}}from"${posix.relative(folder, ENTRY).replace(/^(?!\.)/, "./")}"`;
  });
}
