import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar } from "yaml";
import type { Place, Report } from "./diagnostics.ts";
import { DEPTH_MAX, nothing, type ScalarNode, type SyntaxNode } from "./yaml-nodes.ts";
import { yamlProblem } from "./yaml-problems.ts";

/** Parses a text with the YAML library; null after an error in the syntax, which is then in the report. */
export function readSyntax(file: string, text: string, report: Report): SyntaxNode | null {
  const lines = new LineCounter();
  const start: Place = { file, line: 1, column: 1 };
  const document = compose(text, lines, start, report);
  if (document === null) return null;
  const placeAt = (offset: number): Place => placeOf(lines, file, offset);
  return reportSyntax(document, text, placeAt, report) ? null : nodeOf(document.contents, start, placeAt, 0);
}

/** `near` is the place of what the node belongs to, for nodes that have none of their own. */
function nodeOf(node: Node | null, near: Place, placeAt: (offset: number) => Place, depth: number): SyntaxNode {
  const place = node?.range ? placeAt(node.range[0]) : near;
  // That it is nested too deeply is said where it begins: what it holds does not matter.
  if (node === null || depth > DEPTH_MAX) return nothing(place);
  if (isAlias(node)) return { kind: "alias", place, source: node.source };
  const { anchor } = node as { anchor?: string };
  const within = (inner: unknown, around: Place): SyntaxNode => nodeOf(inner as Node | null, around, placeAt, depth + 1);
  if (isMap(node)) {
    const pairs = node.items.map((pair) => {
      const key = within(pair.key, place);
      return { key, value: within(pair.value, key.place) };
    });
    return { kind: "map", place, pairs, anchor };
  }
  if (isSeq(node)) return { kind: "list", place, items: node.items.map((item) => within(item, place)), anchor };
  return { ...(isScalar(node) ? scalarOf(node, place) : nothing(place)), anchor };
}

function scalarOf({ value, source, type }: Scalar, place: Place): ScalarNode {
  const plain = type === Scalar.PLAIN;
  if (typeof value === "string") return { kind: "scalar", place, value, text: value, broken: false, plain };
  if (typeof value === "number" || typeof value === "boolean")
    return { kind: "scalar", place, value, text: source ?? String(value), broken: false, plain };
  return nothing(place);
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
    const { why, hint, upsets = false } = yamlProblem(code, message, lineAt(text, pos[0]));
    report.error(place, `cannot read this as YAML: ${why}`, hint);
    if (upsets) break;
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
