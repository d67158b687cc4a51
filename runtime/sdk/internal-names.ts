/** For build.ts: which names of properties may be shortened in `dist/sdk`, because nobody outside of the class that has them sees them. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const WORD = /[A-Za-z_$][\w$]*/g;
const PRIVATE = /^ +private (?:readonly |async |get |static |\*)*(\w+)/gm;

/**
 * Matches the names of private members in these source files, less those that anybody else has: a name that is in a declaration of the package (in
 * `types`), of the language or of Node stays everywhere, as one that is a public member, a key or a text in the sources does.
 */
export function internalNames(sources: readonly string[], types: string, root: string): RegExp {
  const texts = sources.map((source) => readFileSync(join(root, source), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, ""));
  const { resolve } = createRequire(join(root, "package.json"));
  const declarations = [...declarationsIn(types), ...declarationsIn(dirname(resolve("@types/node/package.json"))), ...languageFiles(root)];
  const known = new Set([...declarations.flatMap(declaredWords), ...texts.flatMap(publicNames)]);
  const internal = new Set(texts.flatMap((text) => [...text.matchAll(PRIVATE)].map(([, name = ""]) => name)));
  return new RegExp(`^(?:${[...internal].filter((name) => name.length > 2 && !known.has(name)).join("|")})$`);
}

/** What stands where a key or a member that is not private stands, and all words in texts. */
function publicNames(text: string): string[] {
  const keys = text.matchAll(/^ +(?:readonly |async |get |set |static |override |public |protected |\*)*(\w+)\??(?:[:(<=,]| =|$)/gm);
  const inline = text.matchAll(/[{,(] ?(?:readonly )?(\w+)\??: /g);
  const quoted = text.match(/"[^"\n]*"|'[^'\n]*'/g)?.flatMap((each) => each.match(WORD) ?? []) ?? [];
  return [...[...keys, ...inline].map(([, name = ""]) => name), ...quoted];
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
