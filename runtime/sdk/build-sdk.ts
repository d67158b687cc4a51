/**
 * For build.ts: makes `dist/sdk`, the package `ghost-sdk` as apps get it. Whatever lies there when this has ended goes into the `ghost` binary
 * (`runtime/apps/sdk-files.ts`) and into every app that `ghost create` makes.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { PYTHON_CLIENT, STAMP_FILE, stampOf, withPythonStamp } from "../apps/sdk-stamp.ts";
import { internalNames } from "./internal-names.ts";
import { joinParts } from "./join-parts.ts";
import { loadPartsFirst } from "./load-parts-first.ts";
import { withShortPrivates } from "./short-privates.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HERE = "runtime/sdk";

/** Modules of the package besides `index`: name and entry. What they share with it is there once. */
const MORE_MODULES: Readonly<Record<string, string>> = { testing: "runtime/sdk/testing/index.ts" };
/** Files and folders that come along as they are: where from, and their place in the package. Those that do not exist are left out. */
const AS_THEY_ARE: Readonly<Record<string, string>> = { "runtime/sdk/python/ghost.py": PYTHON_CLIENT };

/** Runs a command, and throws when it fails. */
export type Run = (command: string, args: string[]) => unknown;

/** Builds the package into a folder. */
export async function buildSdk(folder: string, version: string, run: Run): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const modules = Object.entries({ index: `${HERE}/index.ts`, ...MORE_MODULES }).filter(([, entry]) => existsSync(join(ROOT, entry)));
  declare(folder, modules, run);
  await bundle(modules, folder);
  loadPartsFirst(folder);
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest(version, modules), null, 2)}\n`);
  for (const [from, to] of Object.entries(AS_THEY_ARE)) if (existsSync(join(ROOT, from))) cpSync(join(ROOT, from), join(folder, to));
  stamp(folder, version);
}

/** Has each copy say what it is: see `runtime/apps/sdk-stamp.ts`. */
function stamp(folder: string, version: string): void {
  const { [PYTHON_CLIENT]: client, ...files } = readSdk(folder);
  if (client !== undefined) writeFileSync(join(folder, PYTHON_CLIENT), withPythonStamp(client, version));
  writeFileSync(join(folder, STAMP_FILE), `${JSON.stringify(stampOf(version, files), null, 1)}\n`);
}

/** The package's files: path and text. */
export function readSdk(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}

/** All modules at once, so that what they share is there once; what is loaded on demand is a file of its own in `parts`. */
async function bundle(modules: readonly (readonly [string, string])[], outdir: string): Promise<void> {
  const options = {
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(modules),
    outdir: ".",
    bundle: true,
    splitting: true,
    chunkNames: "parts/[name]-[hash]",
    minify: true,
    format: "esm",
    platform: "node",
    // As ES modules where packages have them: CommonJS would bring its loader into every app.
    mainFields: ["module", "main"],
    target: "node20",
    logLevel: "warning",
    write: false,
    metafile: true,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  } as const satisfies BuildOptions;
  const { inputs } = (await build(options)).metafile;
  const mangleProps = internalNames(Object.keys(inputs), join(outdir, "types"), ROOT);
  const { outputFiles, metafile } = await build({ ...options, mangleProps, plugins: [inlineNumbers()] });
  const files = new Map(outputFiles.map(({ path, text }) => [relative(ROOT, path), text]));
  for (const [path, text] of await joinParts(files, metafile.outputs)) {
    mkdirSync(dirname(join(outdir, path)), { recursive: true });
    writeFileSync(join(outdir, path), text);
  }
}

/** Puts the numbers that a file names for itself in the place of their names. */
function inlineNumbers(): Plugin {
  return {
    name: "ghost-sdk-numbers",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/](core|runtime)[\\/].*\.ts$/ }, ({ path }) => ({
        contents: withNumbers(withShortPrivates(path, readFileSync(path, "utf8"))),
        loader: "ts",
      }));
    },
  };
}

function withNumbers(text: string): string {
  const named = [...text.matchAll(/^(export )?const ([A-Z][A-Z_]+) = ([\d_ *]+);.*$/gm)];
  return named.reduce((rest, [line, exported, name = "", number = ""]) => {
    // One that is worked out is left out by esbuild where nobody imports it.
    const value = String(
      number
        .replaceAll("_", "")
        .split("*")
        .map(Number)
        .reduce((product, factor) => product * factor),
    );
    const inlined = rest.replace(line, "").replace(new RegExp(`\\b${name}\\b`, "g"), value);
    // Whoever imports it takes it from there.
    return exported ? `export const ${name} = ${value};\n${inlined}` : inlined;
  }, text);
}

/** Declarations as the compiler writes them, as far as they are reached from a module of the package. */
function declare(folder: string, modules: readonly (readonly [string, string])[], run: Run): void {
  const all = join(folder, ".all");
  const project = join(folder, "tsconfig.json");
  writeFileSync(project, JSON.stringify(projectOf(all, modules)));
  run(join(ROOT, "node_modules/.bin/tsc"), ["-p", project]);
  rmSync(project);
  const reached = new Set<string>();
  for (const [name, entry] of modules) {
    const path = entry.replace(/\.ts$/, ".d.ts");
    copyReached(all, path, join(folder, "types"), reached);
    const reference = '/// <reference lib="es2022" />\n/// <reference lib="esnext.disposable" />\n';
    writeFileSync(join(folder, `${name}.d.ts`), `${reference}export * from "./types/${path.replace(/\.d\.ts$/, ".js")}";\n`);
  }
  rmSync(all, { recursive: true });
}

/** One project of all that the modules import, whichever of the repository's own projects it belongs to. */
function projectOf(outDir: string, modules: readonly (readonly [string, string])[]): object {
  return {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions: {
      composite: false,
      incremental: false,
      rootDir: ROOT,
      outDir,
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules/@types")],
    },
    files: modules.map(([, entry]) => join(ROOT, entry)),
  };
}

function copyReached(from: string, path: string, to: string, reached: Set<string>): void {
  if (reached.has(path)) return;
  reached.add(path);
  const text = readFileSync(join(from, path), "utf8");
  for (const [, target = ""] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)\.ts"/g))
    copyReached(from, join(dirname(path), `${target}.d.ts`), to, reached);
  mkdirSync(dirname(join(to, path)), { recursive: true });
  writeFileSync(join(to, path), text.replace(/((?:from|import\() ?"\.[^"]+)\.ts"/g, '$1.js"'));
}

function manifest(version: string, modules: readonly (readonly [string, string])[]): object {
  const exported = modules.map(([name]) => [name === "index" ? "." : `./${name}`, { types: `./${name}.d.ts`, default: `./${name}.js` }]);
  return {
    name: "ghost-sdk",
    version,
    description: "What an app needs to live in Ghost: bus, data, metrics, health, logs",
    license: "MIT",
    type: "module",
    engines: { node: ">=20" },
    exports: { ...Object.fromEntries(exported), "./package.json": "./package.json" },
    types: "./index.d.ts",
  };
}
