/** For build.ts: which names of properties may be shortened in `dist/sdk`, because nobody outside of it ever sees them. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";

/**
 * Names on the wire, and of what Bun and the Web have and no declarations here tell of. `test/sdk` and `test/contract` run the built package:
 * a name that is missing here fails there.
 */
const OUTSIDE = [
  ..."v id ts exp from reply trace error data code message hint details channel".split(" "),
  ..."ready isService tickIntervalMs autoRestart health status checks ms name processes startup order graceful timeoutMs".split(" "),
  ..."columns rows $int $blob $real issues path key time level message stack args".split(" "),
  ..."why sent from Bun unix hostname port socket binaryType drain close end connectError".split(" "),
];

const WORD = /[A-Za-z_$][\w$]*/g;

/** Matches the names in the modules that are in no declaration: neither of the package (in `types`), nor of the language or Node. */
export async function internalNames(entryPoints: Record<string, string>, types: string, root: string): Promise<RegExp> {
  const require = createRequire(join(root, "package.json"));
  const known = new Set(OUTSIDE);
  const files = [...declarationsIn(types), ...declarationsIn(dirname(require.resolve("@types/node/package.json"))), ...languageFiles(root)];
  for (const word of files.flatMap(declaredWords)) known.add(word);
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: "unused",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  const used = new Set(outputFiles.flatMap(({ text }) => text.match(WORD) ?? []));
  const internal = [...used].filter((word) => word.length > 2 && /[a-z]/.test(word) && !known.has(word)).sort();
  return new RegExp(`^(?:${internal.map((word) => word.replaceAll("$", "\\$")).join("|")})$`);
}

/** All words of a file of declarations, whatever they stand for; private members are nobody's outside. */
function declaredWords(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|^\s*private .*$/gm, "").match(WORD) ?? [];
}

function declarationsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts"));
  return files.map((file) => join(folder, file));
}

/** The language's own declarations, those of browsers left out. */
function languageFiles(root: string): string[] {
  const packages = join(root, "node_modules/@typescript");
  return readdirSync(packages, { recursive: true, encoding: "utf8" })
    .filter((file) => /[\\/]lib\.es[^\\/]*\.d\.ts$/.test(file))
    .map((file) => join(packages, file));
}
