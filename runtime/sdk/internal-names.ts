/** For build.ts: which names of properties may be shortened in `dist/sdk`, because nobody outside of the class that has them sees them. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const WORD = /[A-Za-z_$][\w$]*/g;
/** What is imported from where: no names of members. */
const PATH = /(?:from |import\()"[^"\n]*"/g;
const PRIVATE = /^ +private (?:readonly |async |get |static |\*)*(\w+)/gm;

/** Files all of whose members are between themselves: nothing that they name goes over the wire or to an app. */
const BETWEEN_THEMSELVES =
  /^(?:core\/data\/hub\/hub-link\.ts|core\/bus\/(?!envelope|ghost-bus|standard-schema|memory\/)|runtime\/sdk\/(?:connection|hub-metrics|hub-orchestrator|life|parts|place)\.ts)/;

/**
 * Matches names of members in these source files: private ones, and all of those files that are between themselves. What anybody else has under
 * the same name keeps it: a declaration of the package (in `types`), of the language or of Node, a member of another file, a text.
 */
export function internalNames(sources: readonly string[], types: string, root: string): RegExp {
  const { resolve } = createRequire(join(root, "package.json"));
  const declarations = [...declarationsIn(types), ...declarationsIn(dirname(resolve("@types/node/package.json"))), ...languageFiles(root)];
  const known = new Set(declarations.flatMap(declaredWords));
  const internal = new Set<string>();
  for (const source of sources) {
    const text = readFileSync(join(root, source), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, "");
    for (const word of wordsInTexts(text)) known.add(word);
    // What a module exports keeps its name, and so must who takes it out of an import on demand.
    for (const [, name = ""] of text.matchAll(/^export (?:async )?(?:function\*?|class|const) (\w+)/gm)) known.add(name);
    for (const [, name = ""] of text.matchAll(PRIVATE)) internal.add(name);
    for (const name of publicNames(text)) (BETWEEN_THEMSELVES.test(source) ? internal : known).add(name);
  }
  return new RegExp(`^(?:${[...internal].filter((name) => !known.has(name)).join("|")})$`);
}

/** What stands where a key or a member that is not private stands. */
function publicNames(text: string): string[] {
  const keys = text.matchAll(/^ +(?:readonly |async |get |set |static |override |public |protected |\*)*(\w+)\??(?:[:(<=,]| =|$)/gm);
  const inline = text.matchAll(/[{,(] ?(?:readonly )?(\w+)\??: /g);
  return [...keys, ...inline].map(([, name = ""]) => name);
}

function wordsInTexts(text: string): string[] {
  return (
    text
      .replace(PATH, "")
      .match(/"[^"\n]*"|'[^'\n]*'/g)
      ?.flatMap((each) => each.match(WORD) ?? []) ?? []
  );
}

/** All words of a file of declarations, whatever they stand for; private members are nobody's outside. */
function declaredWords(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return (
    text
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*|^\s*private .*$/gm, "")
      .replace(PATH, "")
      .match(WORD) ?? []
  );
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
