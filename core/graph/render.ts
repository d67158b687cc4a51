import type { GraphView, Status } from "../api/wire.ts";

type GraphNode = GraphView["nodes"][number];
type GraphEdge = GraphView["edges"][number];

/** How parts of the drawing are painted; `status` is null where nothing is known of what runs. */
export interface GraphStyle {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly status: ((status: Status, text: string) => string) | null;
}

/** Without colours and status. */
export const plainGraph: GraphStyle = { bold: (text) => text, dim: (text) => text, warn: (text) => text, status: null };

/**
 * The graph as trees, from those that nobody needs down to what they need. What several need is drawn in full where it comes first and marked
 * `(above)` afterwards. A circle, which no file can declare, is drawn from its first member on.
 */
export function renderGraph(graph: GraphView, style: GraphStyle): string[] {
  const projects = [...new Set(graph.nodes.map(({ project }) => project))].sort();
  return projects.flatMap((project, index) => [
    ...(index > 0 ? [""] : []),
    ...(projects.length > 1 ? [style.bold(project)] : []),
    ...new ProjectDrawing(graph, project, style).lines(),
  ]);
}

/** Deeper trees are not aligned as a whole: they would be drawn beyond any terminal. In cells. */
const STATUS_COLUMN_MAX = 60;

/** One line of the drawing. */
interface Line {
  /** The branch and the name, painted, and how many cells they take. */
  readonly left: string;
  readonly cells: number;
  /** The status and what is not met; empty where nothing is known. */
  readonly right: string;
  readonly aside: string;
}

class ProjectDrawing {
  private readonly style: GraphStyle;
  private readonly nodes: ReadonlyMap<string, GraphNode>;
  private readonly edges: ReadonlyMap<string, readonly GraphEdge[]>;
  private readonly drawn = new Set<string>();
  private readonly output: Line[] = [];

  constructor({ nodes, edges }: GraphView, project: string, style: GraphStyle) {
    this.style = style;
    this.nodes = new Map(nodes.filter((node) => node.project === project).map((node) => [node.name, node]));
    const own = edges.filter((edge) => edge.project === project);
    this.edges = new Map([...this.nodes.keys()].map((name) => [name, own.filter(({ from }) => from === name)]));
  }

  lines(): string[] {
    const needed = new Set([...this.edges.values()].flat().map(({ to }) => to));
    for (const name of this.nodes.keys()) if (!needed.has(name)) this.drawRoot(name);
    for (const name of this.nodes.keys()) if (!this.drawn.has(name)) this.drawRoot(name);
    return [...this.alignedLines(), ...this.groupLines()];
  }

  private drawRoot(name: string): void {
    this.drawn.add(name);
    this.output.push({ left: this.style.bold(name), cells: name.length, right: this.statusOf(name), aside: "" });
    this.drawNeeds(name);
  }

  /** Without recursion: a chain may be as long as a file is. */
  private drawNeeds(root: string): void {
    const open = this.branchesOf(root, "");
    for (let next = open.shift(); next; next = open.shift()) {
      const { edge, indent, last } = next;
      const known = this.nodes.has(edge.to);
      const again = this.drawn.has(edge.to);
      const aside = !known ? this.style.warn(" (not registered)") : again && this.hasNeeds(edge.to) ? this.style.dim(" (above)") : "";
      const [branch, terms] = [`${indent}${last ? "└─ " : "├─ "}`, termsOf(edge)];
      this.output.push({
        left: `${this.style.dim(branch)}${edge.to}${this.style.dim(terms)}`,
        cells: branch.length + edge.to.length + terms.length,
        right: `${this.statusOf(edge.to)}${this.unmet(edge)}`,
        aside,
      });
      if (known && !again) open.unshift(...this.branchesOf(edge.to, `${indent}${last ? "   " : "│  "}`));
      this.drawn.add(edge.to);
    }
  }

  private branchesOf(name: string, indent: string): { edge: GraphEdge; indent: string; last: boolean }[] {
    const edges = this.edges.get(name) ?? [];
    return edges.map((edge, index) => ({ edge, indent, last: index === edges.length - 1 }));
  }

  private hasNeeds(name: string): boolean {
    return (this.edges.get(name) ?? []).length > 0;
  }

  /** The statuses stand below each other. */
  private alignedLines(): string[] {
    const widest = this.output.reduce((cells, line) => (line.right === "" ? cells : Math.max(cells, line.cells)), 0);
    const column = Math.min(widest, STATUS_COLUMN_MAX);
    return this.output.map(({ left, cells, right, aside }) => {
      const room = right === "" ? "" : " ".repeat(Math.max(0, column - cells));
      return `${left}${room}${right}${aside}`;
    });
  }

  private statusOf(name: string): string {
    const node = this.nodes.get(name);
    if (!node || this.style.status === null) return "";
    const text = node.health === "healthy" ? `${node.status}, healthy` : node.status;
    return `  ${this.style.status(node.status, text)}`;
  }

  /** What is not there matters only while somebody wants it. */
  private unmet({ from, met }: GraphEdge): string {
    const dependent = this.nodes.get(from)?.status;
    const rests = dependent === "stopped" || dependent === "exited" || dependent === "failed";
    return met || rests || this.style.status === null ? "" : this.style.warn("  ← not met");
  }

  private groupLines(): string[] {
    const groups = new Map<string, string[]>();
    for (const { name, groups: names } of this.nodes.values())
      for (const group of names) groups.set(group, [...(groups.get(group) ?? []), name]);
    return [...groups].map(
      ([group, names]) => `${this.style.dim("group")} ${this.style.bold(group)}${this.style.dim(":")} ${names.join(", ")}`,
    );
  }
}

function termsOf(edge: GraphEdge): string {
  const terms = describeTerms(edge);
  return terms === "" ? "" : ` (${terms})`;
}

/** What is needed of the other, and what its loss does, where that is not the default: `healthy, on loss: hold`. */
export function describeTerms({ condition, onLoss }: Pick<GraphEdge, "condition" | "onLoss">): string {
  return [condition === "started" ? "" : condition, onLoss === "ignore" ? "" : `on loss: ${onLoss}`].filter(Boolean).join(", ");
}
