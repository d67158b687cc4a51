import { test } from "uvu";
import * as assert from "uvu/assert";
import type { GraphView, Status } from "../api/wire.ts";
import { mermaidOf } from "./mermaid.ts";
import { partOfGraph } from "./part.ts";
import { plainGraph, renderGraph } from "./render.ts";

const node = (name: string, status: Status = "stopped", groups: string[] = [], project = "shop"): GraphView["nodes"][number] => ({
  project,
  name,
  type: "service",
  status,
  health: status === "running" ? "healthy" : "none",
  groups,
});
const edge = (from: string, to: string, condition = "started", onLoss = "ignore", met = true): GraphView["edges"][number] => ({
  project: "shop",
  from,
  to,
  condition,
  onLoss,
  met,
});
const stack: GraphView = {
  nodes: [node("nginx"), node("api", "stopped", ["backend"]), node("worker"), node("redis", "stopped", ["backend"]), node("db")],
  edges: [
    edge("nginx", "api", "healthy", "hold"),
    edge("api", "redis", "healthy"),
    edge("api", "db"),
    edge("worker", "api"),
    edge("worker", "db"),
  ],
};

test("draws trees from those that nobody needs, shared ones once in full", () => {
  assert.equal(renderGraph(stack, plainGraph), [
    "nginx",
    "└─ api (healthy, on loss: hold)",
    "   ├─ redis (healthy)",
    "   └─ db",
    "worker",
    "├─ api (above)",
    "└─ db",
    "group backend: api, redis",
  ]);
});

test("shows the status, what is not met, and projects apart", () => {
  const graph: GraphView = {
    nodes: [node("api", "waiting"), node("redis", "starting"), node("one", "running", [], "other")],
    edges: [edge("api", "redis", "healthy", "ignore", false), edge("api", "gone", "started", "ignore", false)],
  };
  assert.equal(renderGraph(graph, { ...plainGraph, status: (_, text) => text }), [
    "other",
    "one  running, healthy",
    "",
    "shop",
    "api                 waiting",
    "├─ redis (healthy)  starting  ← not met",
    "└─ gone             ← not met (not registered)",
  ]);
});

test("a circle and a long chain come to an end", () => {
  const circle: GraphView = { nodes: [node("a"), node("b")], edges: [edge("a", "b"), edge("b", "a")] };
  assert.equal(renderGraph(circle, plainGraph), ["a", "└─ b", "   └─ a (above)"]);
  const names = Array.from({ length: 3000 }, (_, index) => `p${index}`);
  const chain: GraphView = {
    nodes: names.map((name) => node(name)),
    edges: names.slice(1).map((name, index) => edge(names[index] ?? "", name)),
  };
  assert.is(renderGraph(chain, plainGraph).length, 3000);
});

test("a part is what names and groups mean, and what they need", () => {
  assert.equal(
    partOfGraph(stack, ["api"]).nodes.map(({ name }) => name),
    ["api", "redis", "db"],
  );
  assert.equal(
    partOfGraph(stack, ["backend"]).edges.map(({ from, to }) => `${from}-${to}`),
    ["api-redis", "api-db"],
  );
  assert.throws(() => partOfGraph(stack, ["ap"]), /cannot find ap/);
});

test("draws a Mermaid flowchart", () => {
  assert.equal(mermaidOf(stack, false), [
    "flowchart TD",
    '  n0["nginx"]',
    '  n2["worker"]',
    '  n4["db"]',
    '  subgraph f1["backend"]',
    '    n1["api"]',
    '    n3["redis"]',
    "  end",
    '  n0 -->|"healthy, on loss: hold"| n1',
    '  n1 -->|"healthy"| n3',
    "  n1 --> n4",
    "  n2 --> n1",
    "  n2 --> n4",
  ]);
});

test.run();
