/** Finds a file's imports without a parser: enough for sources that a formatter has laid out, and quick. */

/** One import, export … from, dynamic import or require. */
export interface Import {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*|\bimport\s*\(\s*|\brequire\w*\s*\(\s*|\)\s*\(\s*)["']([^"'\n]+)["']/g;

/** All imports of a TypeScript file, those in comments left out. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  return [...code.matchAll(IMPORT)].map((match) => ({ specifier: match[1] ?? "", line: code.slice(0, match.index).split("\n").length }));
}

/** The text with comments blanked out, lines kept in place. Comment signs inside quotes are left alone. */
export function withoutComments(text: string): string {
  const pieces = /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replaceAll(pieces, (piece, quoted: string | undefined) => quoted ?? piece.replaceAll(/[^\n]/g, " "));
}
