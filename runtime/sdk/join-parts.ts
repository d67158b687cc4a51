/**
 * For build.ts: esbuild makes a file of each set of modules that several others share. Here all that `index.js` loads at once becomes `index.js`
 * again, one file; what is loaded on demand takes from it what it shares with it, by names that are in no declaration.
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
  const { text: joinedFile, renamed } = withoutAliases(await joinedText(entry, files, joined));
  const result = new Map([[ENTRY, joinedFile]]);
  for (const [path, text] of files)
    if (!joined.has(path))
      result.set(
        path,
        pointedAtIndex(path, text, (from, name) => {
          const prefix = names.get(from);
          return prefix === undefined ? undefined : (renamed.get(prefix + name) ?? prefix + name);
        }),
      );
  return result;
}

/** `export{a as _0b}` becomes `export{a}`, unless that is a name of the package: the names of what is shared need not be told apart twice. */
function withoutAliases(text: string): { readonly text: string; readonly renamed: ReadonlyMap<string, string> } {
  const clause = /export\{([^}]*)\}/.exec(text)?.[1] ?? "";
  const pairs = clause
    .split(",")
    .map((each) => each.split(" as "))
    .map(([local = "", name = local]) => [local, name] as const);
  const taken = new Set(pairs.map(([, name]) => name).filter((name) => !name.startsWith("_")));
  const renamed = new Map<string, string>();
  const kept: string[] = [];
  for (const [local, name] of pairs) {
    // One that the package has under a name of its own is taken by that.
    const known = pairs.find(([other, as]) => other === local && !as.startsWith("_"))?.[1];
    const isShared = name.startsWith("_") && (known !== undefined || !taken.has(local));
    if (isShared) renamed.set(name, known ?? local);
    if (isShared && known !== undefined) continue;
    const written = isShared || local === name ? local : `${local} as ${name}`;
    if (!kept.includes(written)) kept.push(written);
  }
  return { text: text.replace(clause, kept.join()), renamed };
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

/** Imports of what has been joined, as esbuild's minifier writes them, become imports of `index.js`. `nameOf`: undefined for what was not joined. */
function pointedAtIndex(path: string, text: string, nameOf: (from: string, name: string) => string | undefined): string {
  const folder = posix.dirname(path);
  // An import for its effects alone has none: `index.js` was there first.
  const left = text.replace(/import"(\.[^"]+)";/g, (whole, from: string) =>
    nameOf(posix.join(folder, from), "") === undefined ? whole : "",
  );
  return left.replace(/import\{([^}]+)\}from"(\.[^"]+)"/g, (whole, list: string, from: string) => {
    const target = posix.join(folder, from);
    if (nameOf(target, "") === undefined) return whole;
    const pairs = list.split(",").map((each) => each.split(" as "));
    const renamed = pairs.map(([name = "", local = name]) => `${nameOf(target, name)} as ${local}`);
    return `import{${renamed.join()}}from"${posix.relative(folder, ENTRY).replace(/^(?!\.)/, "./")}"`;
  });
}
