import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar } from "yaml";
import type { Place, Report } from "./diagnostics.ts";
import { DEPTH_MAX, type SyntaxNode } from "./yaml-nodes.ts";
import { yamlProblem } from "./yaml-problems.ts";

/** Parses a text with the YAML library; null after an error in the syntax, which is then in the report. `root` is null for an empty text. */
export function readSyntax(file: string, text: string, report: Report): { readonly root: SyntaxNode | null } | null {
  const lines = new LineCounter();
  const document = compose(text, lines, { file, line: 1, column: 1 }, report);
  if (document === null) return null;
  const placeAt = (offset: number): Place => placeOf(lines, file, offset);
  return reportSyntax(document, text, placeAt, report) ? null : { root: nodeOf(document.contents, placeAt, 0) };
}

function nodeOf(node: Node | null, placeAt: (offset: number) => Place, depth: number): SyntaxNode | null {
  if (node === null) return null;
  const place = node.range ? placeAt(node.range[0]) : null;
  if (isAlias(node)) return { kind: "alias", place, source: node.source };
  const { anchor } = node as { anchor?: string };
  const nothing: SyntaxNode = { kind: "scalar", place, value: null, source: "", plain: true, anchor };
  // That it is nested too deeply is said where it begins: what it holds does not matter.
  if (depth > DEPTH_MAX) return nothing;
  const within = (inner: unknown): SyntaxNode | null => nodeOf(inner as Node | null, placeAt, depth + 1);
  if (isMap(node))
    return { kind: "map", place, pairs: node.items.map(({ key, value }) => ({ key: within(key), value: within(value) })), anchor };
  if (isSeq(node)) return { kind: "list", place, items: node.items.map(within), anchor };
  if (!isScalar(node)) return nothing;
  return { ...nothing, value: node.value, source: node.source ?? String(node.value), plain: node.type === Scalar.PLAIN };
}

function compose(text: string, lines: LineCounter, start: Place, report: Report): Document.Parsed | null {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: "error" });
  } catch (error) {
    // The parser recurses: brackets nested thousands deep exhaust its stack.
    if (!(error instanceof RangeError)) throw error;
    report.error(start, "cannot read this as YAML: it is nested too deeply");
    return null;
  }
}

function placeOf(lines: LineCounter, file: string, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

/** Of several errors in one line the later follow from the first, which alone is told. */
function reportSyntax(document: Document.Parsed, text: string, placeAt: (offset: number) => Place, report: Report): boolean {
  const told = new Set<number>();
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const place = placeAt(pos[0] + leadingBlanks(text, pos[0]));
    if (told.has(place.line)) continue;
    told.add(place.line);
    const { why, hint } = yamlProblem(code, message, lineAt(text, pos[0]));
    report.error(place, `cannot read this as YAML: ${why}`, hint);
  }
  return told.size > 0;
}

/** Errors in a whole line are reported at its start; what is wrong begins behind the blanks. */
function leadingBlanks(text: string, offset: number): number {
  const blanks = /^ */.exec(lineAt(text, offset))?.[0].length ?? 0;
  return text[offset - 1] === "\n" ? blanks : 0;
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf("\n", offset);
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, end === -1 ? text.length : end);
}
