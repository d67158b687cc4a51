import { hasControlCharacter } from "./control-characters.ts";
import type { Place, Report } from "./diagnostics.ts";
import { interpolate, type Piece, type Variables } from "./interpolate.ts";
import type { SecretKeeper } from "./secret-keeper.ts";
import { FILE_BYTES_MAX } from "./source-text.ts";
import { type AliasNode, DEPTH_MAX, type ListNode, type MapNode, nothing, type ScalarNode, type SyntaxNode } from "./yaml-nodes.ts";
import { readPlainSyntax } from "./yaml-plain.ts";
import { readSyntax } from "./yaml-syntax.ts";

/** A YAML file as a tree in which every value knows its place, variables are filled in, aliases and merge keys (`<<`) resolved. */
export type Tree = ScalarTree | ListTree | MapTree;

export interface ScalarTree {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** As written (`022`, `1.10`) with variables filled in; empty for null. */
  readonly text: string;
  /** Absent: it is one piece, as written. */
  readonly pieces?: readonly Piece[];
  /** True after an error in this value, which is reported already: readers leave it alone. */
  readonly broken: boolean;
}

export interface ListTree {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly Tree[];
}

export interface MapTree {
  readonly kind: "map";
  readonly place: Place;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly key: string;
  /** Of the key. */
  readonly place: Place;
  readonly value: Tree;
}

/** Most values in one file, aliases expanded: what contains a "billion laughs" file. A process has about 20. */
export const NODES_MAX = 200_000;

/** Reads a file's text; null after an error in the syntax, which is then in the report. An empty file is null with an error, too. */
export function readYaml(file: string, text: string, variables: Variables, secrets: SecretKeeper, report: Report): Tree | null {
  const start: Place = { file, line: 1, column: 1 };
  if (text.length > FILE_BYTES_MAX) {
    report.error(
      start,
      `cannot read the file: it is larger than ${FILE_BYTES_MAX / 1024 / 1024} MiB`,
      "split it; several files can be given and merge in order",
    );
    return null;
  }
  const root = readPlainSyntax(file, text) ?? readSyntax(file, text, report);
  return root && new TreeBuilder(variables, secrets, report).build(root, start);
}

/** Thrown when a file has more than can be read, which is then in the report. */
class Overflow extends Error {}

class TreeBuilder {
  private readonly anchors = new Map<string, SyntaxNode>();
  private nodes = 0;
  private readonly variables: Variables;
  private readonly secrets: SecretKeeper;
  private readonly report: Report;

  constructor(variables: Variables, secrets: SecretKeeper, report: Report) {
    this.variables = variables;
    this.secrets = secrets;
    this.report = report;
  }

  build(node: SyntaxNode, start: Place): Tree | null {
    try {
      return this.refuseEmpty(this.convert(node, 0), start);
    } catch (error) {
      if (error instanceof Overflow) return null;
      throw error;
    }
  }

  private refuseEmpty(tree: Tree, start: Place): Tree | null {
    if (tree.kind === "scalar" && tree.value === null) {
      this.report.error(start, "cannot read the file: it is empty", "it needs a `processes:` list; `ghost schema` prints all keys");
      return null;
    }
    return tree;
  }

  private convert(node: SyntaxNode, depth: number): Tree {
    const { place } = node;
    this.refuseExcess(place, depth);
    if (node.kind === "alias") return this.convertAlias(node, depth);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (node.kind === "scalar") return this.convertScalar(node);
    return node.kind === "map" ? this.convertMap(node, depth) : this.convertList(node, depth);
  }

  /** Ends the reading: whatever were said of the rest would only follow from what is missing of it. */
  private refuseExcess(place: Place, depth: number): void {
    this.nodes++;
    if (this.nodes <= NODES_MAX && depth <= DEPTH_MAX) return;
    const why =
      depth > DEPTH_MAX ? `values are nested deeper than ${DEPTH_MAX}` : `it has more than ${NODES_MAX} values, aliases counted each time`;
    this.report.error(place, `cannot read the file: ${why}`);
    throw new Overflow();
  }

  private convertAlias({ source, place }: AliasNode, depth: number): Tree {
    const target = this.anchors.get(source);
    if (target) return this.convert(target, depth + 1);
    this.report.error(
      place,
      `cannot resolve *${source}: no value before it is marked &${source}`,
      "put quotes around a value that begins with `*`",
    );
    return { ...nothing(place), broken: true };
  }

  private convertList({ items, place }: ListNode, depth: number): ListTree {
    return { kind: "list", place, items: items.map((item) => this.convert(item, depth + 1)) };
  }

  private convertMap({ pairs, place }: MapNode, depth: number): MapTree {
    const entries = new Map<string, MapEntry>();
    const merged: Tree[] = [];
    for (const pair of pairs) {
      const key = this.convert(pair.key, depth + 1);
      const value = this.convert(pair.value, depth + 1);
      if (key.kind !== "scalar") this.report.error(key.place, "cannot use a list or a map as a key", "write the key as one word");
      else if (key.text === "<<") merged.push(value);
      else this.addEntry(entries, { key: key.text, place: key.place, value });
    }
    for (const source of merged) this.mergeInto(entries, source);
    return { kind: "map", place, entries };
  }

  private addEntry(entries: Map<string, MapEntry>, entry: MapEntry): void {
    const first = entries.get(entry.key);
    if (first)
      this.report.error(
        entry.place,
        `cannot use the key ${entry.key} twice in one map: it stands in line ${first.place.line} already`,
        "remove one of them",
      );
    else entries.set(entry.key, entry);
  }

  /** YAML's merge key: what a map says itself wins over what is merged into it, and the first of several merged maps over the later. */
  private mergeInto(entries: Map<string, MapEntry>, source: Tree): void {
    if (source.kind === "list") for (const item of source.items) this.mergeInto(entries, item);
    else if (source.kind === "map") {
      for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
    } else this.report.error(source.place, "cannot merge with <<: its value is no map", "write `<<: *name`, where &name marks a map");
  }

  private convertScalar(node: ScalarNode): ScalarTree {
    const { value, place } = node;
    if (typeof value !== "string") return node;
    if (hasControlCharacter(value)) {
      this.report.error(
        place,
        "cannot use a text that holds a control character",
        "remove it; in double quotes `\\x1b` and the like make one",
      );
      return { ...nothing(place), broken: true };
    }
    return value.includes("${") ? this.fill(node, value) : node;
  }

  private fill({ place, plain }: ScalarNode, template: string): ScalarTree {
    const { pieces, problems } = interpolate(template, this.variables, this.secrets);
    for (const { message, hint } of problems) this.report.error(place, message, hint);
    const text = pieces.map((piece) => piece.text).join("");
    const value = plain && problems.length === 0 ? plainValue(text) : text;
    return { kind: "scalar", place, value, text, pieces, broken: problems.length > 0 };
  }
}

/** What YAML would read if the filled-in text stood there, so that `memory: ${LIMIT}` and `restart: ${RESTART}` work. */
export function plainValue(text: string): string | number | boolean {
  if (/^[-+]?\d+(\.\d+)?$/.test(text)) return Number(text);
  return /^(true|True|TRUE)$/.test(text) ? true : /^(false|False|FALSE)$/.test(text) ? false : text;
}

/** What a text is made of, for those who must tell what was written from what was filled in. */
export function piecesOf({ pieces, text }: ScalarTree): readonly Piece[] {
  return pieces ?? (text === "" ? [] : [{ text, filled: false }]);
}
